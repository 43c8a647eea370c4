"""The desk (工作台): screens, one subpackage a flow."""
