#!/usr/bin/env python3
"""Publishes a stream under a StreamSupervisor: one file, Python 3.9 or later, nothing else.

As a command, around an encoder that cannot be changed ({url} stands for the address to publish to):

    python3 streamsupervisor.py publish --server http://10.0.0.1:8085 --key live/cam1 -- ffmpeg -re -i in.mp4 -c copy -f flv {url}

As a library, in an encoder of your own:

    from streamsupervisor import Lost, PermanentRefusal, StreamSupervisor

    def publish(permit, lost):          # lost: an Event, set when nothing of the stream arrives at the server any more
        ...                             # return when the broadcast is over; raise Lost("why") when the stream was lost

    supervisor = StreamSupervisor(["http://10.0.0.1:8085"], "live/cam1", credential="token=v1.…")
    try:
        supervisor.run(publish, say=lambda text: print(text["zh"]))
    except PermanentRefusal as no:      # trying again without a change is in vain
        print(no.text["zh"])
"""
from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any, Callable, Dict, List, NamedTuple, NoReturn, Optional, Sequence

FINISHED, USAGE, REFUSED = 0, 2, 77
"""How the command ends; 128 + n after signal n."""

LONG_POLL = 2.5
"""Seconds that one question for the next decision waits at the supervisor."""

STABLE_AFTER = 15.0
"""A publish that lasted so many seconds was on air: tries are counted anew. The supervisor takes a try of the same number for a copy of the
one before, until ten seconds after that went on air."""

REST = 30.0
"""Seconds between two tries when the supervisor says that no more quick ones make sense."""

GRACE = 1.5
"""Seconds that an encoder has to end its stream after a signal."""

Text = Dict[str, str]
"""A sentence for the person at the encoder by language: ``en`` and ``zh``."""


class SupervisorError(Exception):
    """The supervisor said no, or said nothing.

    reason: the stable name, such as ``locked``. text: what to do. retry_after: when another try pays, in seconds; None when not said.
    """

    def __init__(self, reason: str, text: Text, retry_after: Optional[float] = None) -> None:
        super().__init__(text["en"])
        self.reason, self.text, self.retry_after = reason, text, retry_after


class TemporaryRefusal(SupervisorError):
    """Trying again later helps."""


class PermanentRefusal(SupervisorError):
    """Trying again without a change is in vain."""


class Unreachable(TemporaryRefusal):
    """No supervisor gave a usable answer."""


class Lost(Exception):
    """A publish ended too early. Secrets do not belong in the text: it goes to the stream's timeline."""

    def __init__(self, en: str, zh: Optional[str] = None) -> None:
        super().__init__(en)
        self.text: Text = {"en": en, "zh": zh or en}


class Permit(NamedTuple):
    """Where to publish. The address holds a short-lived credential: show it to nobody and do not keep it."""

    origin: str
    url: str
    generation: int
    attempts_left: Optional[int]


class StreamSupervisor:
    """One encoder and its stream. Not for several threads, but for ``watch``."""

    def __init__(self, servers: Sequence[str], key: str, encoder_id: Optional[str] = None, credential: Optional[str] = None,
                 api_key: Optional[str] = None, prefer_origin: Optional[str] = None, timeout: float = 3.0) -> None:
        """
        servers: addresses such as http://10.0.0.1:8085; any member answers for any stream, the first that answers is kept.
        key: app/stream or vhost/app/stream.
        encoder_id: names the encoder; keep it over restarts, it is what may take its own stream back. None: machine and key.
        credential: the credential of the stream as the query of a publish address (token=v1.…); None where none is asked for.
        api_key: instead of a credential; None on the supervisor's own machine.
        timeout: seconds that one supervisor has for an answer.
        """
        self._servers, self._timeout, self._preferred = [server.rstrip("/") for server in servers], timeout, 0
        self._key, self._encoder_id = key, encoder_id or f"{socket.gethostname()}:{key}"
        self._credential, self._api_key, self._prefer_origin = credential, api_key, prefer_origin
        self._id = ""

    def register(self, attempt: int = 1, last_error: Optional[str] = None, say: Optional[Callable[[Text], None]] = None) -> Permit:
        """Announces a publish and waits until the way is free.

        attempt: counts the tries since the stream was last on air, from 1. last_error: why the try before ended.
        Raises PermanentRefusal, TemporaryRefusal (with retry_after), Unreachable.
        """
        answer = self._call("POST", "", {"key": self._key, "encoderId": self._encoder_id, "attempt": attempt,
                                         "credential": self._credential, "lastError": last_error, "preferOrigin": self._prefer_origin})
        told = None
        while answer.get("decision") == "wait":
            self._id = answer["registrationId"]
            if say and answer.get("reason") != told:
                told = answer.get("reason")
                say(_worded(WAITING, answer.get("text")))
            began = time.monotonic()
            answer = self._call("GET", f"/{self._id}?wait={int(LONG_POLL * 1000)}ms", wait=LONG_POLL)
            if answer.get("decision") == "wait":
                # Kept for us by renewal only.
                answer = self._call("PUT", f"/{self._id}", {"state": "waiting", "lastError": last_error})
                time.sleep(max(0.0, 0.25 - (time.monotonic() - began)))
        targets = answer.get("publish") or []
        if answer.get("decision") != "publish" or not targets:
            raise _refusal(answer)
        self._id = answer["registrationId"]

        # An encoder that could not reach the first address tries the next one.
        target = targets[(attempt - 1) % len(targets)]
        return Permit(target["origin"], target["url"], answer.get("generation", 0), answer.get("attemptsLeft"))

    def watch(self, over: threading.Event, every: float = 2.0) -> bool:
        """Waits while the stream is on air. An encoder whose network went away without a word does not notice; the supervisor does.

        over: ends the wait. Returns True when the stream was on air and is not any more, in two looks; False when it is over.
        """
        was_on_air = was_lost = False
        while not over.wait(every):
            try:
                is_on_air = self._call("GET", f"/{self._id}").get("onAir")
            except Unreachable:
                continue
            except SupervisorError as no:
                # It outlives its reservation only while the encoder is on air. Anything else is no reason to stop an encoder.
                is_on_air = False if no.reason == "registration-unknown" else None
            if is_on_air is None:
                continue
            if was_lost and not is_on_air:
                return True

            # An encoder that takes its time to start is none that was lost.
            was_lost, was_on_air = was_on_air and not is_on_air, was_on_air or is_on_air
        return False

    def withdraw(self) -> None:
        """The broadcast is over: nothing is kept for this encoder any more. Best effort."""
        registration, self._id = self._id, ""
        if registration:
            try:
                # By the registration and not by our name, under which the next run of this encoder may have registered meanwhile.
                self._call("DELETE", f"/{registration}")
            except SupervisorError:
                pass  # Nobody is left to tell; the reservation runs out by itself.

    def run(self, publish: Callable[[Permit, threading.Event], None], say: Callable[[Text], None] = lambda text: None) -> None:
        """Keeps the stream on air: registers, calls publish, and after a loss waits as long as the supervisor says and begins anew.

        publish: returns when the broadcast is over; raises Lost. say: takes a sentence for each thing that happens.
        Returns when the broadcast is over. Raises PermanentRefusal, and whatever else publish raises.
        """
        failures, last_error = 0, None
        try:
            while True:
                told: Optional[float] = None
                left: Optional[int] = None
                try:
                    permit = self.register(failures + 1, last_error, say)
                except TemporaryRefusal as no:
                    failures, told = failures + 1, no.retry_after
                    say(_worded(REFUSED_NOW, no.text))
                else:
                    left, began = permit.attempts_left, time.monotonic()
                    say(_worded(PUBLISHING, {"en": permit.origin, "zh": permit.origin}))
                    try:
                        self._publish(publish, permit)
                        return
                    except Lost as loss:
                        last_error = loss.text["en"]
                        failures = 0 if time.monotonic() - began >= STABLE_AFTER else failures + 1
                        say(_worded(LOST, loss.text))
                if failures:
                    pause = _pause(failures, told, left)
                    say(_worded(PAUSING, {"en": f"{pause:.1f}", "zh": f"{pause:.1f}"}))
                    time.sleep(pause)
        finally:
            self.withdraw()

    def _publish(self, publish: Callable[[Permit, threading.Event], None], permit: Permit) -> None:
        lost, over = threading.Event(), threading.Event()

        def watch() -> None:
            if self.watch(over):
                lost.set()

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            publish(permit, lost)
        except Lost as loss:
            # Stopped by us: what it says of its end no longer matters.
            raise (Lost(*SILENT) if lost.is_set() else loss) from None
        finally:
            over.set()

    def _call(self, method: str, path: str, body: Optional[Dict[str, Any]] = None, wait: float = 0.0) -> Dict[str, Any]:
        """Asks the supervisors in turn until one answers."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        failures: List[str] = []
        retry_after = None
        for index in [(self._preferred + step) % len(self._servers) for step in range(len(self._servers))]:
            server = self._servers[index]
            request = urllib.request.Request(f"{server}/api/v1/registrations{path}", None if body is None else json.dumps(body).encode(),
                                             headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=self._timeout + wait) as response:
                    answer = _read(response.read())
                self._preferred = index
                return answer
            except urllib.error.HTTPError as failure:
                problem = _problem(failure)
                if failure.code < 500 and failure.code not in (408, 429):
                    raise _refusal(problem) from None
                failures.append(f"{server} answered {failure.code} {problem.get('reason', '')}".rstrip())
                retry_after = _seconds(problem) or retry_after
            except (OSError, http.client.HTTPException, ValueError) as failure:
                failures.append(f"{server} cannot be reached ({getattr(failure, 'reason', failure)})")
        why = "; ".join(failures)
        raise Unreachable("unreachable", {"en": f"No supervisor answered: {why}.", "zh": f"监管服务无响应。({why})"}, retry_after)


WAITING: Text = {"en": "Waiting: {}", "zh": "等待中:{}"}
REFUSED_NOW: Text = {"en": "Not now: {}", "zh": "暂时无法推流:{}"}
PUBLISHING: Text = {"en": "Publishing to {}.", "zh": "正在推流到 {}。"}
LOST: Text = {"en": "The stream was lost: {}", "zh": "推流中断:{}"}
PAUSING: Text = {"en": "Trying again in {} s.", "zh": "{} 秒后重试。"}
SILENT = ("Nothing of the stream arrived at the server any more.", "服务器已收不到该流的数据。")


def _worded(frame: Text, inner: Optional[Text]) -> Text:
    return {language: frame[language].format((inner or {}).get(language, "")).strip() for language in ("en", "zh")}


def _seconds(answer: Dict[str, Any]) -> Optional[float]:
    delay = answer.get("retryAfterMs")
    return None if delay is None else delay / 1000


def _refusal(answer: Dict[str, Any]) -> SupervisorError:
    """What a refusal (of the stream) or a problem (of the call) means."""
    title = answer.get("title") or answer.get("reason") or "No reason was given."
    text = answer.get("text") or {"en": f"{title}. {answer.get('detail', '')}".strip(), "zh": answer.get("titleZh") or title}
    kind = PermanentRefusal if answer.get("kind") == "permanent" else TemporaryRefusal
    return kind(answer.get("reason", ""), text, _seconds(answer))


def _pause(failures: int, told: Optional[float], attempts_left: Optional[int]) -> float:
    """The supervisor knows what it waits for; our own pause is for when it does not say. A fleet must not return in step."""
    if told is not None:
        return told * random.uniform(1.0, 1.1)
    return (REST if attempts_left == 0 else min(0.5 * 1.5 ** min(failures - 1, 20), 10.0)) * random.uniform(0.9, 1.1)


def _read(body: bytes) -> Dict[str, Any]:
    answer = json.loads(body or b"{}")
    if not isinstance(answer, dict):
        raise ValueError("the answer cannot be read")
    return answer


def _problem(failure: urllib.error.HTTPError) -> Dict[str, Any]:
    """What stands between us and the supervisor may answer with a page of its own."""
    with failure:
        try:
            return _read(failure.read(65536))
        except (OSError, http.client.HTTPException, ValueError):
            return {"title": failure.reason}


# The command


class _Stopped(BaseException):
    """A signal came; passes through everything that handles errors."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class _Encoder:
    """Runs an encoder's command at an address, and shows what it says without the credential."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._last_line = ""

    def __call__(self, permit: Permit, lost: threading.Event) -> None:
        try:
            child = subprocess.Popen([word.replace("{url}", permit.url) for word in self._command], stderr=subprocess.PIPE)
        except OSError as failure:
            why = failure.strerror or str(failure)
            raise PermanentRefusal("command", {"en": f"The command '{self._command[0]}' cannot be started: {why}.",
                                               "zh": f"无法启动命令“{self._command[0]}”:{why}。"}) from None
        self._last_line = ""
        reading = threading.Thread(target=self._pass_on, args=(child, permit.url), daemon=True)
        reading.start()
        try:
            while child.poll() is None:
                if lost.wait(0.2):
                    self._end(child, signal.SIGTERM)
        except _Stopped as stopped:
            self._end(child, stopped.number)
            raise
        reading.join(0.5)
        if lost.is_set() or child.returncode != 0:
            code = child.returncode if child.returncode >= 0 else 128 - child.returncode
            raise Lost(f"The encoder ended with exit code {code}. {self._last_line}".strip(),
                       f"编码器以退出码 {code} 结束。{self._last_line}")

    @staticmethod
    def _end(child: subprocess.Popen[bytes], number: int) -> None:
        try:
            child.send_signal(number)
            child.wait(GRACE)
        except (subprocess.TimeoutExpired, OSError, ValueError):
            child.kill()
            child.wait()

    def _pass_on(self, child: subprocess.Popen[bytes], url: str) -> None:
        _, _, query = url.partition("?")
        pipe, line = child.stderr.fileno(), b""  # type: ignore[union-attr]
        while True:
            piece = os.read(pipe, 4096)
            line += piece
            # ffmpeg ends its progress lines with a return only; and nobody makes us keep a line without an end.
            end = max(line.rfind(b"\n"), line.rfind(b"\r")) + 1 or (len(line) if not piece or len(line) >= 65536 else 0)
            text, line = line[:end].decode(errors="replace"), line[end:]
            if query:
                text = text.replace(query, "…")
            if text:
                sys.stderr.write(text)
                sys.stderr.flush()
                self._last_line = (text.replace("\r", "\n").strip().rsplit("\n", 1)[-1] or self._last_line)[:200]
            if not piece:
                return


def _stop(number: int, _: Any) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)
    raise _Stopped(number)


def main(arguments: Sequence[str]) -> int:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    own, command = arguments[:end], arguments[end + 1:]
    environment = os.environ
    parser = argparse.ArgumentParser(prog="streamsupervisor.py")
    publish = parser.add_subparsers(dest="verb", required=True).add_parser(
        "publish", usage="streamsupervisor.py publish --key KEY [options] -- COMMAND … {url} …",
        help="run an encoder when the way is free, and again when it ends too early",
        epilog=f"Ends with {FINISHED} when the encoder ends with 0, {REFUSED} when it was refused for good.")
    publish.add_argument("-k", "--key", required=True, help="the stream: app/stream or vhost/app/stream")
    publish.add_argument("-s", "--server", action="append", metavar="URL",
                         help="a supervisor; may be repeated. Default: STREAMSUPERVISOR_SERVER, else http://127.0.0.1:8085")
    publish.add_argument("--encoder-id", metavar="ID", help="names this encoder; keep it over restarts. Default: machine and key")
    publish.add_argument("--api-key", metavar="KEY", default=environment.get("STREAMSUPERVISOR_API_KEY"),
                         help="better in STREAMSUPERVISOR_API_KEY, where others on this machine cannot see it")
    publish.add_argument("--credential", metavar="QUERY", default=environment.get("STREAMSUPERVISOR_CREDENTIAL"),
                         help="the stream's credential (token=v1.…); better in STREAMSUPERVISOR_CREDENTIAL")
    publish.add_argument("--prefer-origin", metavar="NAME", help="the SRS server to publish to, if it can be had")
    publish.add_argument("--lang", help="en or zh. Default: the environment's language",
                         default=next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "en"))
    given = parser.parse_args(own)
    if not any("{url}" in word for word in command[1:]):
        publish.error("after -- comes the encoder's command, with {url} where the address belongs")

    language = "zh" if given.lang.lower().startswith("zh") else "en"

    def say(text: Text) -> None:
        print(f"streamsupervisor: {text.get(language) or text['en']}", file=sys.stderr, flush=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    supervisor = StreamSupervisor(given.server or [environment.get("STREAMSUPERVISOR_SERVER") or "http://127.0.0.1:8085"], given.key,
                                  given.encoder_id, given.credential, given.api_key, given.prefer_origin)
    try:
        supervisor.run(_Encoder(command), say)
        return FINISHED
    except PermanentRefusal as no:
        say(no.text)
        return REFUSED
    except _Stopped as stopped:
        return 128 + stopped.number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
