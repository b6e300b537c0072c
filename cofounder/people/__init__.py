"""Who may do what.

In: the key, access token or cookie that came with a request, or nothing for the local owner of the command line. Out:
a `Caller` with one of four roles, and an audit entry for whatever changed. Never: a secret in clear in the database,
in a log or in an answer other than the one that made it; a default password; a caller without any of these over HTTP.
"""

from cofounder.people.access import (
    PUBLIC_PATHS,
    Admin,
    Approver,
    Operator,
    Viewer,
    declared_role,
    signed_in,
    undeclared_routes,
)
from cofounder.people.roles import LOCAL_OWNER, ROLES, Caller, Kind, Role
from cofounder.people.service import (
    audit,
    audit_entries,
    audit_without,
    create_key,
    list_keys,
    revoke_key,
    sign_in,
    still_good,
)

__all__ = [
    "LOCAL_OWNER",
    "PUBLIC_PATHS",
    "ROLES",
    "Admin",
    "Approver",
    "Caller",
    "Kind",
    "Operator",
    "Role",
    "Viewer",
    "audit",
    "audit_entries",
    "audit_without",
    "create_key",
    "declared_role",
    "list_keys",
    "revoke_key",
    "sign_in",
    "signed_in",
    "still_good",
    "undeclared_routes",
]
