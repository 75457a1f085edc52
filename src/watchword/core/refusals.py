"""Every refusal of the system: a stable number, a code, an HTTP status and the reference a person can quote.

A refusal is a value that a flow returns, never an exception, so that what was counted on the way commits. Its public texts
(what, why, do) live in the catalogues under `refusals.<number>`; its private reason goes to the audit table and to staff only.
Numbers are never reused. This file imports nothing of the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of refusal. `reference` is the id of table U a person sees beside the time, where there is one."""

    number: int
    code: str
    status: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as a flow returns it.

    `params` fill the public text and hold nothing an attacker could probe; `reason` is private, one dotted word for the log;
    `retry_after` is in seconds; `extra` are members a program reads (`left`, `time`).
    """

    kind: Kind
    reason: str = ""
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    retry_after: int | None = None
    extra: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


ALL: dict[int, Kind] = {}


def _kind(number: int, code: str, status: int, reference: str = "") -> Kind:
    kind = Kind(number, code, status, reference)
    if number in ALL:
        raise ValueError(f"refusal {number} is defined twice")
    ALL[number] = kind
    return kind


# 11xx-14xx: logging in, before and around the second factor
CREDENTIALS = _kind(1101, "login.credentials", 401, "U01")
LOCKED = _kind(1102, "login.locked", 429, "U03")  # params: until
BUSY = _kind(1103, "login.busy", 503)  # retry_after
FORM_STALE = _kind(1104, "login.form_stale", 403)
ATTEMPT_GONE = _kind(1105, "login.gone", 410)
DENIED = _kind(1106, "login.denied", 403)
NOT_ME = _kind(1107, "login.not_me", 403)
EXPIRED = _kind(1108, "login.expired", 410)
FAILED = _kind(1109, "login.failed", 403)
LAPSED = _kind(1110, "login.lapsed", 410)
CANCELLED = _kind(1111, "login.cancelled", 410)
NOT_YET = _kind(1112, "login.not_yet", 409)
PAUSED = _kind(1113, "login.paused", 429, "U03")
NETWORK_WAITS = _kind(1114, "login.network_waits", 429)  # params: until
HELD_PASSWORD = _kind(1115, "login.held_password", 401, "U01")  # params: left
NAME_FIRST = _kind(1116, "login.name_first", 400)
PUSH_LIMITED = _kind(1201, "push.limited", 429, "U04")  # params: until
PUSH_QUIET = _kind(1202, "push.quiet", 429, "U04")  # params: until
PUSH_PENDING = _kind(1203, "push.pending", 409, "U04")  # params: until
WAY_UNAVAILABLE = _kind(1204, "way.unavailable", 409)
NO_DEVICE = _kind(1301, "login.no_device", 403)
PASSWORD_FLAGGED = _kind(1302, "login.password_flagged", 403)
NETWORK_FOREIGN = _kind(1303, "login.network_foreign", 403, "U07")
NETWORKS_FORM = _kind(1304, "networks.form", 422)  # params: range
NETWORKS_MANY = _kind(1305, "networks.many", 422)  # params: limit
START_CODE = _kind(1401, "start.code", 401)
PASSWORD_POLICY = _kind(1402, "password.policy", 422)  # params: faults (codes)
PASSWORD_DIFFERS = _kind(1403, "password.differs", 422)
PASSWORD_CURRENT = _kind(1404, "password.current", 401)
RECOVERY_LIMITED = _kind(1405, "recovery.limited", 429)  # params: until
RECOVERY_GONE = _kind(1406, "recovery.gone", 410)
RECOVERY_EXPIRED = _kind(1407, "recovery.expired", 410)
RECOVERY_STOPPED = _kind(1408, "recovery.stopped", 403)
RECOVERY_DONE = _kind(1409, "recovery.done", 409)
PROOF_ELSEWHERE = _kind(1410, "recovery.proof", 409)
PROOF_UNFIT = _kind(1411, "recovery.unfit", 422)
PROOF_SPENT = _kind(1412, "recovery.spent", 429)
PROOFS_MISSING = _kind(1413, "recovery.proofs_missing", 403)
QUESTIONS_OFF = _kind(1415, "questions.off", 403)
QUESTIONS_FORM = _kind(1416, "questions.form", 422)  # params: faults (codes)
ENROLMENT_DELAYED = _kind(1430, "enrolment.delayed", 403)  # params: until
CODE_SILENT = _kind(1431, "code.silent", 409)

# 21xx: answers typed into the login page
CODE_WRONG = _kind(2101, "code.wrong", 422, "U08")
CODE_CLOCK = _kind(2102, "code.clock", 422, "U02")  # params: minutes, slow
CODE_USED = _kind(2103, "code.used", 422, "U08")
RESPONSE_WRONG = _kind(2104, "response.wrong", 422, "U08")
CHALLENGE_OVER = _kind(2105, "challenge.over", 410)
CHALLENGE_SPENT = _kind(2106, "challenge.spent", 429)
ANSWER_FORM = _kind(2107, "answer.form", 422)  # params: digits
OFFLINE_PAUSED = _kind(2108, "offline.paused", 429, "U08")

# 23xx: devices of other kinds than Key
DEVICE_WEAK = _kind(2301, "device.weak", 403)
PASSKEY_WRONG = _kind(2302, "passkey.wrong", 422)
PASSKEY_UNVERIFIED = _kind(2303, "passkey.unverified", 422)
PASSKEY_CLONED = _kind(2304, "passkey.cloned", 403)
PASSKEY_KNOWN = _kind(2305, "passkey.known", 409)
PASSKEY_UNFIT = _kind(2306, "passkey.unfit", 422)
QUESTION_OVER = _kind(2307, "question.over", 410)
DEVICES_FULL = _kind(2308, "devices.full", 409)  # params: most
DEVICE_DISABLED = _kind(2309, "device.disabled", 403)
BROWSER_NEEDED = _kind(2310, "device.browser_needed", 409)
MODEL_SILENT = _kind(2311, "passkey.model_silent", 422)
MODEL_UNKNOWN = _kind(2312, "passkey.model_unknown", 403)
MODEL_STATEMENT = _kind(2313, "passkey.model_statement", 422)
MODEL_WITHDRAWN = _kind(2314, "passkey.model_withdrawn", 403)
MODEL_BARRED = _kind(2315, "passkey.model_barred", 403)
DEVICE_RESTS = _kind(2316, "device.rests", 403)
QUESTIONS_LIMITED = _kind(2317, "question.limited", 429)  # params: until
BEGINS_LIMITED = _kind(2318, "device.begins_limited", 429)  # params: until
TEMPORARY_WRONG = _kind(2321, "temporary.wrong", 422)
TEMPORARY_OVER = _kind(2322, "temporary.over", 410)
TEMPORARY_FORM = _kind(2323, "temporary.form", 422)  # params: digits
FLOOR_UNREACHED = _kind(2331, "floor.unreached", 409)
SMS_WRONG = _kind(2340, "sms.wrong", 422)
SMS_FORM = _kind(2341, "sms.form", 422)
SMS_OVER = _kind(2342, "sms.over", 410)
NUMBER_FRESH = _kind(2343, "number.fresh", 403)  # params: until
NUMBER_SERVES = _kind(2344, "number.serves", 409)
SMS_ALONE = _kind(2345, "sms.alone", 403)
APP_CODE_WRONG = _kind(2350, "code_app.wrong", 422)
APP_CODE_FORM = _kind(2351, "code_app.form", 422)
APP_CLOCK = _kind(2352, "code_app.clock", 422)  # params: minutes, slow
APP_ENDED = _kind(2353, "code_app.ended", 410)
RECOVERY_CODE_WRONG = _kind(2355, "recovery_code.wrong", 422)
RECOVERY_CODE_FORM = _kind(2356, "recovery_code.form", 422)
RECOVERY_CODE_ALONE = _kind(2357, "recovery_code.alone", 409)
RECOVERY_CODES_SHOWN = _kind(2358, "recovery_code.shown", 409)
CARD_WRONG = _kind(2360, "card.wrong", 422)
CARD_FORM = _kind(2361, "card.form", 422)
CARD_OVER = _kind(2362, "card.over", 410)
CARD_EMPTY = _kind(2363, "card.empty", 410)
CARD_NEEDLESS = _kind(2364, "card.needless", 409)
CARD_SHOWN = _kind(2365, "card.shown", 409)
ORDER_OPEN = _kind(2370, "order.open", 409)
ORDER_GONE = _kind(2371, "order.gone", 404)
ORDER_STATE = _kind(2372, "order.state", 409)
ORDER_OWN = _kind(2373, "order.own", 403)
ORDER_SENT = _kind(2374, "order.sent", 409)
TOKEN_WRONG = _kind(2380, "token.wrong", 422)
TOKEN_FORM = _kind(2381, "token.form", 422)
TOKEN_UNKNOWN = _kind(2382, "token.unknown", 404)

# 31xx-32xx: enrolment and activation
PHONE_ROOTED = _kind(3101, "phone.rooted", 403)
PHONE_OLD = _kind(3102, "phone.old", 403)  # params: needed
PHONE_NO_LOCK = _kind(3103, "phone.no_lock", 403)
ALREADY_HAS_KEY = _kind(3104, "activation.exists", 409)
NO_CONTACT = _kind(3105, "activation.no_contact", 403)
PROOF_FIRST = _kind(3110, "activation.proof_first", 403)
NUMBER_FORM = _kind(3111, "number.form", 422)  # params: fault
NUMBER_COUNTRY = _kind(3112, "number.country", 422)
SEND_LIMITED = _kind(3120, "send.limited", 429)  # params: until
CONTACT_GONE = _kind(3130, "contact.gone", 404)
CONTACT_EXISTS = _kind(3131, "contact.exists", 409)
CONTACT_LAST_VERIFIED = _kind(3132, "contact.last_verified", 409)
CONTACT_RECOVERY = _kind(3133, "contact.recovery", 409)
CONTACT_LAST = _kind(3134, "contact.last", 409)
CONTACTS_FULL = _kind(3135, "contact.full", 409)  # params: most
CONTACT_UNVERIFIED = _kind(3136, "contact.unverified", 409)
MAIL_FORM = _kind(3137, "mail.form", 422)
USED_OR_OLD = _kind(3201, "activation.used", 410)
ALREADY_ACTIVE = _kind(3202, "activation.already", 409)
ACTIVATION_THROTTLED = _kind(3203, "activation.throttled", 429)  # params: until
SENT_CODE_WRONG = _kind(3204, "sent_code.wrong", 422)
SENT_CODE_OVER = _kind(3205, "sent_code.over", 410)
PROOF_WRONG = _kind(3206, "activation.proof_wrong", 403)
ENROLMENT_OVER = _kind(3207, "enrolment.over", 410)
SENT_CODE_TRIES = _kind(3208, "sent_code.tries", 429)  # params: until

# 41xx-43xx: the phone protocol
SIGNATURE = _kind(4101, "key.signature", 401)
CLOCK = _kind(4102, "key.clock", 401)  # extra: time
NONCE = _kind(4103, "key.nonce", 401)
VERSION = _kind(4104, "key.version", 400)
DECISION_OVER = _kind(4201, "key.over", 410)
NOT_FOR_YOU = _kind(4202, "key.not_for_you", 404)
FIELDS = _kind(4301, "key.fields", 422)
CONFIRMATION_WRONG = _kind(4303, "key.confirmation_wrong", 422)  # extra: left
PIN_WRONG = _kind(4304, "key.pin_wrong", 401, "U08")  # extra: left
PINS_SPENT = _kind(4305, "key.pins_spent", 403)
PUSH_ENDPOINT = _kind(4306, "key.push_endpoint", 422)

# 44xx: Key's life: a new PIN, a transfer, a recovery, the test of notifications
NOTHING_TO_RECOVER = _kind(4401, "recovery.nothing", 403)
RENEWAL_OVER = _kind(4402, "renewal.over", 410)
RENEWAL_EARLY = _kind(4403, "renewal.early", 409)
RENEWAL_CHANGED = _kind(4404, "renewal.changed", 409)
RENEWAL_DONE = _kind(4405, "renewal.done", 409)
RENEWAL_LIMITED = _kind(4406, "renewal.limited", 429)  # params: until
TRANSFER_CODE = _kind(4407, "transfer.code", 422)  # extra: left
TRANSFER_USED = _kind(4408, "transfer.used", 410)
RENEWAL_SUSPENDED = _kind(4409, "renewal.suspended", 403)
PUSH_TEST_NONE = _kind(4410, "push.test_none", 409)
PUSH_TEST_LIMITED = _kind(4411, "push.test_limited", 429)  # params: until

# 50xx: requests as such
MALFORMED = _kind(5001, "request.malformed", 400)
INVALID = _kind(5002, "request.invalid", 422)  # params: field
TOO_LARGE = _kind(5003, "request.too_large", 413)
MEDIA_TYPE = _kind(5004, "request.media_type", 415)
NOT_FOUND = _kind(5005, "request.not_found", 404)
METHOD = _kind(5006, "request.method", 405)
FOREIGN = _kind(5008, "request.foreign", 403)
FAULT = _kind(5009, "request.fault", 500)

# 60xx: sessions and platforms
SESSION_OVER = _kind(6001, "session.over", 401, "U06")  # params: minutes
SESSION_ABSENT = _kind(6002, "session.absent", 401)
PROOF_OF_KEY = _kind(6003, "platform.proof", 401)
CLIENT_UNKNOWN = _kind(6004, "platform.client", 401)
COLLECTOR = _kind(6005, "platform.collector", 404)
CONFIRM_FIRST = _kind(6101, "session.confirm_first", 403)
PRIMARY_ONLY = _kind(6102, "settings.primary_only", 403)  # params: name
RECOVERY_DELAY = _kind(6103, "settings.recovery_delay", 403)  # params: until
PRIMARY_UNFIT = _kind(6104, "settings.primary_unfit", 409)
DEVICE_GONE = _kind(6110, "device.gone", 404)
DEVICE_STAFF = _kind(6111, "device.staff", 409)
DEVICE_NAME = _kind(6112, "device.name", 422)  # params: most
DEVICE_TEST_LIMITED = _kind(6113, "device.test_limited", 429)  # params: until
SESSION_GONE = _kind(6120, "session.gone", 404)
OPT_OUT_REFUSED = _kind(6121, "opting.refused", 403)
OPT_OUT_DEVICE = _kind(6122, "opting.device", 409)
ZONE_UNKNOWN = _kind(6130, "settings.zone", 422)

# 71xx: the message centre
CASE_UNKNOWN = _kind(7101, "case.unknown", 404)
CASE_HEAD = _kind(7102, "case.head", 422)
TEXT_EMPTY = _kind(7103, "case.text_empty", 422)
TEXT_LONG = _kind(7104, "case.text_long", 422)  # params: length, limit
CASE_CLOSED = _kind(7105, "case.closed", 409)
CASE_LIMIT = _kind(7106, "case.limit", 429)  # params: until
MESSAGE_LIMIT = _kind(7107, "case.message_limit", 429)  # params: until
PICTURE_TYPE = _kind(7108, "picture.type", 422)  # params: name
PICTURE_BROKEN = _kind(7109, "picture.broken", 422)  # params: name
PICTURE_BYTES = _kind(7110, "picture.bytes", 422)  # params: name
PICTURE_PIXELS = _kind(7111, "picture.pixels", 422)  # params: name
PICTURES_MANY = _kind(7112, "picture.many", 422)
CASE_FULL = _kind(7113, "case.full", 422)
UPLOAD_LARGE = _kind(7114, "upload.large", 413)
UPLOAD_BUSY = _kind(7115, "upload.busy", 503)  # retry_after
PICTURE_LIMIT = _kind(7116, "picture.limit", 429)  # params: until

# 72xx: staff
STAFF_ABSENT = _kind(7201, "staff.absent", 401)
STAFF_CLOSED = _kind(7202, "staff.closed", 403)
STAFF_ROLE = _kind(7203, "staff.role", 403)
STAFF_OWN = _kind(7204, "staff.own", 403)
STAFF_NOBODY = _kind(7205, "staff.nobody", 404)
STAFF_FORM = _kind(7206, "staff.form", 422)  # params: field
STAFF_STATE = _kind(7207, "staff.state", 409)
STAFF_LIMITED = _kind(7208, "staff.limited", 429)  # params: until
REQUEST_UNKNOWN = _kind(7211, "staff_request.unknown", 404)
REQUEST_CLOSED = _kind(7212, "staff_request.closed", 410)
REQUEST_TWICE = _kind(7213, "staff_request.twice", 409)
INTERVIEW_FIRST = _kind(7214, "staff_request.interview_first", 403)
ADMINISTRATOR_EXISTS = _kind(7221, "staff.administrator_exists", 409)
GLASS = _kind(7222, "staff.glass", 403)
ENROLMENT_HELD = _kind(7231, "enrolment.held", 403)
SEARCH_LENGTH = _kind(7240, "staff.search_length", 422)  # params: least, most
DEVICE_CHOICE = _kind(7241, "staff.device_choice", 422)
STAFF_WORDS = _kind(7242, "staff.words", 422)  # params: field
LINK_GONE = _kind(7243, "staff.link_gone", 410)
LINK_KEY = _kind(7244, "staff.link_key", 409)
STAFF_NAME = _kind(7245, "staff.name_taken", 409)

# 727x: two-way proof on the telephone
CALLER_NO_KEY = _kind(7271, "caller.no_key", 409)
CALLER_BUSY = _kind(7272, "caller.busy", 409)  # params: name
CALLER_QUIET = _kind(7273, "caller.quiet", 429)  # params: until
CALLER_UNKNOWN = _kind(7274, "caller.unknown", 404)
CALLER_WORDS = _kind(7275, "caller.words", 409)
CALLER_DENIED = _kind(7276, "caller.denied", 403)
CALLER_ALARM = _kind(7277, "caller.alarm", 403)
CALLER_OVER = _kind(7278, "caller.over", 410)
CALLER_GUARDED = _kind(7279, "caller.guarded", 409)  # params: until

# 73xx: sharing a device between users
SHARE_ONESELF = _kind(7301, "sharing.oneself", 409)
SHARE_AGAIN = _kind(7302, "sharing.again", 409)
SHARE_GONE = _kind(7303, "sharing.gone", 410)
SHARE_NO_DEVICE = _kind(7304, "sharing.no_device", 409)
SHARE_WEAK = _kind(7305, "sharing.weak", 409)
SHARE_IDENTITY = _kind(7306, "sharing.identity", 409)
SHARE_TEMPORARY = _kind(7307, "sharing.temporary", 409)
SHARE_CIRCLE = _kind(7308, "sharing.circle", 409)
SHARE_REPLACED = _kind(7309, "sharing.replaced", 409)
SHARE_ACCOUNT = _kind(7310, "sharing.account", 409)
SHARE_LIMITED = _kind(7311, "sharing.limited", 429)  # params: until
SHARE_PENDING = _kind(7312, "sharing.pending", 409)
SHARE_UNKNOWN = _kind(7313, "sharing.unknown", 404)
SHARE_LAST = _kind(7314, "sharing.last", 409)
SHARE_OWNER = _kind(7315, "sharing.owner", 409)

# 75xx: the audit
AUDIT_ROW = _kind(7501, "audit.row", 404)
AUDIT_FILTER = _kind(7502, "audit.filter", 422)
AUDIT_UNSEALED = _kind(7503, "audit.unsealed", 409)  # retry_after
AUDIT_BROKEN = _kind(7504, "audit.broken", 409)

# 81xx: withdrawals
WITHDRAWAL_AMOUNT = _kind(8101, "withdrawal.amount", 422)
WITHDRAWAL_CURRENCY = _kind(8102, "withdrawal.currency", 422)
WITHDRAWAL_PAYEE = _kind(8103, "withdrawal.payee", 422)
WITHDRAWAL_REFERENCE = _kind(8104, "withdrawal.reference", 422)
WITHDRAWAL_DAY = _kind(8105, "withdrawal.day", 409)  # params: left
WITHDRAWAL_FIVE_DAYS = _kind(8106, "withdrawal.five_days", 409)  # params: left
WITHDRAWAL_CLOSED = _kind(8107, "withdrawal.closed", 403)
WITHDRAWAL_PAPER = _kind(8108, "withdrawal.paper", 403)
WITHDRAWAL_OTHER = _kind(8109, "withdrawal.other", 409)
WITHDRAWAL_DEVICE = _kind(8110, "withdrawal.device", 409)
WITHDRAWAL_UNKNOWN = _kind(8111, "withdrawal.unknown", 404)
WITHDRAWAL_OVER = _kind(8112, "withdrawal.over", 410)
WITHDRAWAL_WAY = _kind(8113, "withdrawal.way", 409)
WITHDRAWAL_UNSHOWN = _kind(8114, "withdrawal.unshown", 409)  # params: day, five_days
WITHDRAWAL_LIMITED = _kind(8115, "withdrawal.limited", 429)  # params: until
WITHDRAWAL_UNSIGNED = _kind(8116, "withdrawal.unsigned", 409)
WITHDRAWAL_RECALLED = _kind(8117, "withdrawal.recalled", 410)
