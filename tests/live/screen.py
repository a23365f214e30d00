# SPDX-License-Identifier: MIT
"""A terminal in which tests run commands and press keys."""

import subprocess

from harness import Failure, require_command, wait_until


class Screen:
    """A terminal of tmux. `line` is run by its shell."""

    def __init__(self, scope, columns, lines, line, folder=None):
        require_command("tmux")
        self.socket = f"gohttpsnoop-{scope.folder.name}"
        scope.callback(self.tmux, "kill-server", check=False)
        place = ["-c", folder] if folder else []
        self.tmux("new-session", "-d", "-x", columns, "-y", lines, *place, line)

    def tmux(self, *words, check=True):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", *map(str, words)], check=check,
                              capture_output=True, text=True).stdout

    def lines(self):
        return [line.rstrip() for line in self.tmux("capture-pane", "-p").splitlines()]

    def press(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def wait(self, condition, what):
        """Returns the lines of the screen for which the condition holds."""
        found = []

        def holds():
            found[:] = self.lines()
            return condition(found)

        try:
            wait_until(holds, what)
        except Failure as failure:
            raise Failure(f"{failure}; the screen: {found}") from None
        return found
