"""Which of a person's devices may answer: those that reach the floor, on a page that can ask them (THREATS: falling back to a weaker factor)."""

from __future__ import annotations

from collections.abc import Sequence

from watchword.core.attempts import Attempt
from watchword.core.devices import CARD_PLUS, RECOVERY_CODE, SMS, Device, Level, on_phone
from watchword.core.refusals import BROWSER_NEEDED, DEVICE_WEAK, Refusal
from watchword.core.withdrawals import ACTION as MONEY
from watchword.factors.base import Separate
from watchword.factors.registry import Factors, level, of_device
from watchword.flows import sms
from watchword.flows.kit import Kit
from watchword.flows.password_step import active_devices
from watchword.flows.ports import Tx

KEY_ALONE = ("recover",)


def answering(kit: Kit, tx: Tx, user_id: str) -> tuple[Device, ...]:
    """The devices that a user can log in with now, the one used last first. A code by SMS needs its number, and under a profile that
    restricts it a lasting device beside it; recovery codes are for somebody who has something to recover."""
    devices = active_devices(tx, user_id, kit.clock.now())
    if any(device.kind == SMS for device in devices):
        numbers = sms.usable_numbers(kit, tx, user_id) if sms.stands(kit, devices) else frozenset()
        devices = tuple(one for one in devices if one.kind != SMS or sms.contact_of(one) in numbers)
    return devices if any(device.kind != RECOVERY_CODE for device in devices) else ()


# A token's response is read off and typed, so it can be talked out of somebody: whoever chose that nothing such answers is not asked for one,
# whatever its level.
READ_OUT = (CARD_PLUS,)


def above(factors: Factors, devices: Sequence[Device], floor: int, *, action: str) -> tuple[Device, ...]:
    """Those of `devices` that reach the floor. A recovery is proven by Key alone, and money signed by what shows or names it."""
    return tuple(
        device
        for device in devices
        if level(factors, device) >= floor
        and (action not in KEY_ALONE or on_phone(device))
        and (action != MONEY or signs(factors, device))
        and not (floor >= Level.PASSKEY_SYNCED and device.kind in READ_OUT)
    )


def signs(factors: Factors, device: Device) -> bool:
    """Whether it can sign a withdrawal: Key, and what answers a challenge that is made of amount and payee."""
    return on_phone(device) or any(isinstance(one, Separate) and one.signs for one in of_device(factors, device.kind))


def takes_browser(factors: Factors, device: Device) -> bool:
    """Whether it can be asked by a page only, not by a terminal or a platform."""
    return any(isinstance(factor, Separate) and factor.browser for factor in of_device(factors, device.kind))


def fitting(
    kit: Kit, devices: Sequence[Device], floor: int, *, action: str, browser: bool = True
) -> tuple[Device, ...] | Refusal:
    """Those that may answer a new attempt, or why there is none."""
    reach = above(kit.factors, devices, floor, action=action)
    if not reach:
        return Refusal(DEVICE_WEAK, "device.below_floor")
    found = tuple(device for device in reach if browser or not takes_browser(kit.factors, device))
    return found or Refusal(BROWSER_NEEDED, "device.browser_only")


def admitted(kit: Kit, tx: Tx, attempt: Attempt) -> tuple[Device, ...]:
    """The devices that may answer this attempt now, the one used last first."""
    devices = above(kit.factors, answering(kit, tx, attempt.user_id), attempt.floor, action=attempt.action)
    page = not attempt.bound_key and has_page(kit, attempt.client)
    return tuple(device for device in devices if page or not takes_browser(kit.factors, device))


def has_page(kit: Kit, client: str) -> bool:
    """Whether a program has a page of ours, on the host that passkeys are bound to."""
    return client in kit.policy.passkeys.origins


def key_of(devices: Sequence[Device], chosen: str) -> Device | None:
    """The Key whose codes and responses an attempt takes: the one chosen, or else the one used last."""
    keys = [device for device in devices if on_phone(device)]
    return next((device for device in keys if device.id == chosen), keys[0] if keys else None)


def reaches(attempt: Attempt, level: Level) -> Refusal | None:
    """Refuse an answer of a level below the floor of its attempt, whatever device it came from."""
    return None if level >= attempt.floor else Refusal(DEVICE_WEAK, "way.below_floor")
