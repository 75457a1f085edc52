"""Every factor by its kind, and those of devices that are not Key by the kind of device."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from watchword.core.devices import Device, Level
from watchword.factors.base import Factor, Separate
from watchword.factors.card_plus import CardPlus
from watchword.factors.code_app import CodeApp
from watchword.factors.code_card import CodeCard, OnlineCard
from watchword.factors.key_challenge import KeyChallenge
from watchword.factors.key_code import KeyCode
from watchword.factors.key_push import KeyPush
from watchword.factors.key_qr import KeyQr
from watchword.factors.passkey import Passkey
from watchword.factors.recovery_code import RecoveryCode
from watchword.factors.sms_code import SmsCode
from watchword.factors.temporary_code import TemporaryCode

Factors = Mapping[str, Factor | Separate]

FACTORS: Factors = MappingProxyType(
    {
        factor.kind: factor
        for factor in (
            KeyPush(), KeyQr(), KeyChallenge(), KeyCode(), Passkey(), CardPlus(), CodeApp(), CodeCard(), OnlineCard(), SmsCode(),
            RecoveryCode(), TemporaryCode(),
        )
    }
)  # fmt: skip


def of_device(factors: Factors, kind: str) -> tuple[Factor | Separate, ...]:
    """The factors of one kind of device, in their order."""
    return tuple(factor for factor in factors.values() if factor.device == kind)


def level(factors: Factors, device: Device) -> Level:
    """The highest level that a device reaches, by its strongest way."""
    return max((graded(factor, device)[0] for factor in of_device(factors, device.kind)), default=Level.TEMPORARY)


def graded(factor: Factor | Separate, device: Device) -> tuple[Level, tuple[str, ...]]:
    """Level and amr of an answer by this factor from this device."""
    if isinstance(factor, Separate):
        return factor.grade(device)
    return factor.level, factor.amr
