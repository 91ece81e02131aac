"""The assistant of docs/assistants.md, from its configuration to its calls."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import mcp
from mcp.client.stdio import StdioServerParameters

DOCUMENT = (Path(__file__).parents[2] / "docs/assistants.md").read_text()
CONFIGURATION, *CALLS = map(json.loads, re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.M | re.S))


def test_the_conversation_goes_as_written(url: str, tmp_path: Path) -> None:
    profiles = tmp_path / "data-hist/profiles.toml"
    profiles.parent.mkdir()
    profiles.write_text(f'[production]\nurl = "{url}"\n')
    profiles.chmod(0o600)
    server = CONFIGURATION["mcpServers"]["data-hist"]
    assert server["command"] == "data-hist-client"
    parameters = StdioServerParameters(
        command=str(Path(sys.executable).with_name(server["command"])),
        args=server["args"],
        env={"XDG_CONFIG_HOME": str(tmp_path)},
    )

    async def converse() -> list[Any]:
        async with mcp.Client(parameters) as assistant:
            return [await assistant.call_tool(call["tool"], call["arguments"]) for call in CALLS]

    estimate, messages = asyncio.run(converse())

    assert not estimate.is_error
    assert estimate.structured_content["bounded"]
    assert not messages.is_error
    assert [column["name"] for column in messages.structured_content["columns"]] == [
        *("message", "n", "first", "last")
    ]


def test_a_missing_profile_is_said(tmp_path: Path) -> None:
    done = asyncio.run(run("mcp", "--profile", "none", folder=tmp_path))

    assert done == (1, "", f"data-hist: Cannot read {tmp_path}/data-hist/profiles.toml")


async def run(*arguments: str, folder: Path) -> tuple[int | None, str, str]:
    """Run a command; gives its status, output and the beginning of its message."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "data_hist_client.command", *arguments),
        env={"XDG_CONFIG_HOME": str(folder)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    return process.returncode, out.decode(), errors.decode().partition(" (")[0]
