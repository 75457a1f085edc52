"""Variables by which one part of this program tells another, and a parent process its children."""

CONFIG_VARIABLE = "WATCHWORD_CONFIG"  # path of the TOML file of settings
WORKER_VARIABLE = "WATCHWORD_RUN_WORKER"  # "1" where the serving processes also send messages
