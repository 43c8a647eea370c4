from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen


@screen(Permission.HOUSEHOLDS_IMPORT)
def imports(request):
    raise NotImplementedError
