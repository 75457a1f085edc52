"""Every factor by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from watchword.factors.base import Factor
from watchword.factors.key_challenge import KeyChallenge
from watchword.factors.key_code import KeyCode
from watchword.factors.key_push import KeyPush
from watchword.factors.key_qr import KeyQr

FACTORS: Mapping[str, Factor] = MappingProxyType(
    {factor.kind: factor for factor in (KeyPush(), KeyQr(), KeyChallenge(), KeyCode())}
)
