"""What all tests start from."""

import signal


def pytest_configure() -> None:
    """Let Ctrl-C work: a shell that starts the tests in the background has switched it off."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
