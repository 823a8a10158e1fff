"""What the gateway keeps, in SQLite or PostgreSQL: one port, one implementation (D7).

``Database`` takes work, a plain function of a connection; the other files hold what such work is made of.
"""

from sqlalchemy import Connection

from gateway.store.database import Database, Work
from gateway.store.exchanges import Exchange, Workflow
from gateway.store.jobs import Job
from gateway.store.oauth import Client
from gateway.store.offers import Offer
from gateway.store.open_badges import Listed
from gateway.store.opening import open_store
from gateway.store.presentation_requests import PresentationRequest
from gateway.store.pulls import Pull
from gateway.store.rows import Rows
from gateway.store.schema import bring_up_to_date, ready
from gateway.store.sources import Source
from gateway.store.statuses import PURPOSES
from gateway.store.tenants import SCOPES, Caller
from gateway.store.webhooks import Webhook

__all__ = [
    "PURPOSES",
    "SCOPES",
    "Caller",
    "Connection",
    "Client",
    "Database",
    "Exchange",
    "Job",
    "Listed",
    "Offer",
    "PresentationRequest",
    "Pull",
    "Rows",
    "Source",
    "Webhook",
    "Work",
    "Workflow",
    "bring_up_to_date",
    "open_store",
    "ready",
]
