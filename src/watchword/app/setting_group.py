"""The shape of a table of settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """A table of settings; an unknown name in it is an error."""

    model_config = ConfigDict(extra="forbid")
