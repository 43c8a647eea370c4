"""The Django project (站点配置): settings from the environment, addresses, the WSGI entry."""
