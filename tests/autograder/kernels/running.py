"""Ask a kernel as the grading engine asks it."""

from typing import Any

from jupyter_client.blocking import BlockingKernelClient


def says(client: BlockingKernelClient, code: str) -> str:
    """Return what some code prints, or the message of the error that it ends with."""
    texts = []

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        texts.append(content.get("text") or content.get("evalue") or "")

    # Else ipykernel drops, after an error, what it is asked in the next moment.
    client.execute_interactive(code, stop_on_error=False, output_hook=hear, timeout=60)
    return "".join(texts).strip()
