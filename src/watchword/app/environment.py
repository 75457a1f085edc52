"""Variables by which one part of this program tells another, and a parent process its children."""

CONFIG_VARIABLE = "WATCHWORD_CONFIG"  # path of the TOML file of settings
WORKER_VARIABLE = "WATCHWORD_RUN_WORKER"  # "1" where the serving processes also send messages
OTHER_VARIABLES = frozenset(
    {
        CONFIG_VARIABLE, WORKER_VARIABLE, "WATCHWORD_LANG", "WATCHWORD_PASSWORD", "WATCHWORD_PIN", "WATCHWORD_NEW_PIN", "WATCHWORD_DSC_PIN",
        "WATCHWORD_DIGITS", "WATCHWORD_CLIENT", "WATCHWORD_SENT_TO",
    }
)  # fmt: skip
"""Every variable that some command reads and that is no setting; a test looks for others."""
