"""What the pages of passwords, forgotten passwords and security questions are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from watchword.core.questions import QUESTIONS
from watchword.web.pages.views import ContactView, Page, PasswordRules, RefusalView, SettingsPage

RecoverStep = Literal["name", "choose", "code", "questions", "personal", "password", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage(Page):
    """A new password, asked for at the first login after *this isn't me*. Posts current, password, repeat."""

    template: ClassVar[str] = "password.html"
    path: str = "/password"
    username: str
    rules: PasswordRules = field(default_factory=PasswordRules)
    error: RefusalView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordPage(SettingsPage):
    """Changing the password in the settings. Posts current, password, repeat. `changed_at` is when it was last changed."""

    template: ClassVar[str] = "settings_password.html"
    section: ClassVar[str] = "password"
    path: str = "/settings/password"
    rules: PasswordRules = field(default_factory=PasswordRules)
    changed_at: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsPage(SettingsPage):
    """Security questions. Posts question1…3 and answer1…3. `chosen` are those answered now; `picked` what was just posted."""

    template: ClassVar[str] = "settings_questions.html"
    section: ClassVar[str] = "questions"
    path: str = "/settings/questions"
    questions: tuple[str, ...] = QUESTIONS
    chosen: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()
    off: bool = False
    done: bool = False
    limited_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverPage(Page):
    """A forgotten password, step by step (S04). Before a proof was given it holds nothing of the person but the name as typed.

    Posts do=begin username | do=choose method | do=code code | do=answers answer_<question> | do=personal birth_date document |
    do=password password repeat | do=cancel. A method may name a contact: `sms:<id>`.
    """

    template: ClassVar[str] = "recover.html"
    path: str = "/recover"
    step: RecoverStep
    username: str = ""
    given: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    contacts: tuple[ContactView, ...] = ()
    questions: tuple[str, ...] = ()
    kind: str = ""  # the channel of a code
    sent_to: str = ""
    code_until: int = 0
    again_at: int = 0
    until: int = 0  # end of the recovery
    strict: bool = False  # SMS and mail are one way, and Key the other
    key_waits: bool = False  # Key was asked, and its page is still open
    rules: PasswordRules = field(default_factory=PasswordRules)
    limited_until: int = 0
    error: RefusalView | None = None
