#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the completions of a shell from the table of the options and the help: generate.py bash|zsh|fish TABLE USAGE COLUMNS"""

import dataclasses
import pathlib
import re
import sys

ROW = re.compile(r'\{ "([a-z-]+)", (no|required|optional)_argument, NULL, ([^ ]+) \}')
COLUMN = re.compile(r'\] = \{ "([a-z_]+)", "')
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
SUBCOMMANDS = {"inspect": "what is probed in a binary", "check": "what works on this machine",
               "top": "what services do now", "summary": "sum up recorded events",
               "report": "a page about recorded events"}
WORDS = {"side": "server client both", "within": "requests", "preset": "sql redis", "bytes": "hex base64",
         "format": "table json otel", "otlp-only": "traces metrics", "color": "auto always never", "time": "clock iso epoch delta none", "attach": "best uprobe_multi perf_event perf_event_atomic"}
FILES = ("binary", "output", "socket", "types")
OWN = ("check", "inspect", "report", "summary")  # subcommands with few options of their own


@dataclasses.dataclass
class Option:
    name: str
    letter: str
    takes_value: bool
    text: str


def help_of(usage):
    return "".join(TEXT.findall(usage[usage.index("options_usage[]"):])).replace("\\n", "\n").replace('\\"', '"')


def own_options(usage, found):
    """The options of each subcommand in OWN, as the first lines of the help show them."""
    own = {}
    for command in OWN:
        synopsis = re.search(rf"^ +gohttpsnoop {command}( .*(?:\n {{20}}.*)*)", help_of(usage), re.MULTILINE)[1]
        names = {*re.findall(r"--([a-z-]+)", synopsis), "help"}
        letters = set(re.findall(r"[\[ ]-(\w)\b", synopsis))
        own[command] = [one for one in found if one.name in names or one.letter in letters]
    return own


def descriptions(usage):
    """What the help says of each option, up to the first semicolon, colon or parenthesis."""
    found, names = {}, []
    for line in help_of(usage).splitlines():
        head, text = line[:26], line[26:]
        if re.match(r" {2,6}(BINARY, )?-", line) and (len(line) < 27 or line[25] != " " or line[26:27] == " "):
            head, text = line, ""  # the description begins on the next line
        if re.match(r" {2,6}(BINARY, )?-", line):
            names = re.findall(r"--([a-z-]+)", head)
            found.update({name: text.strip() for name in names})
            if other := re.search(r"; -\w, --([a-z-]+): (.*)", text):
                found[other[1]] = other[2]
        elif line.startswith(" " * 26) and names:
            for name in names:
                found[name] = f"{found[name]} {line.strip()}".strip()
        else:
            names = []
    return {name: re.split(r"; |: | \(|; *$", text)[0].rstrip(".") for name, text in found.items()}


def options(table, usage):
    texts = descriptions(usage)
    return [Option(name, letter[1] if letter.startswith("'") else "", kind == "required", texts.get(name, name))
            for name, kind, letter in ROW.findall(table)]


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def words_of(found):
    return " ".join(["--" + one.name for one in found] + [f"-{one.letter}" for one in found if one.letter])


def bash(found, columns, own):
    cases = "".join(f"  --{name})\n    mapfile -t COMPREPLY < <(compgen -W {quoted(words)} -- \"$word\")\n    return\n    ;;\n"
                    for name, words in WORDS.items())
    with_file = "|".join(["--" + name for name in FILES] + [f"-{one.letter}" for one in found if one.letter and one.name in FILES])
    with_value = "|".join(name for one in found if one.takes_value and one.name not in (*WORDS, *FILES, "pid", "fields")
                          for name in (f"--{one.name}", f"-{one.letter}") if name != "-")
    owned = "".join(f"  {command})\n    options={quoted(words_of(options))}\n    ;;\n" for command, options in own.items())
    return f"""# Completions of gohttpsnoop for bash, made from its options.
_gohttpsnoop() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command= options={quoted(words_of(found))}
  COMPREPLY=()
  # Of "--name=value" bash makes three words.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  if ((COMP_CWORD > 1)); then
    command=${{COMP_WORDS[1]}}
  fi
  case $command in
{owned}  esac
  case $before in
{cases}  -h|--help)
    if [[ ! $command =~ ^({"|".join(OWN)})$ ]]; then
      mapfile -t COMPREPLY < <(compgen -W all -- "$word")
    fi
    return
    ;;
  --fields)
    local done=${{word%"${{word##*,}}"}}
    mapfile -t COMPREPLY < <(compgen -P "$done" -W {quoted(" ".join(columns))} -- "${{word##*,}}")
    return
    ;;
  -p|--pid)
    mapfile -t COMPREPLY < <(compgen -W "$(cd /proc && echo [0-9]*)" -- "$word")
    return
    ;;
  {with_file})
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    return
    ;;
  {with_value})
    return
    ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  elif [[ $command == check ]]; then
    return
  elif ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -f -W {quoted(" ".join(SUBCOMMANDS))} -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}}
complete -o filenames -F _gohttpsnoop gohttpsnoop
"""


def zsh_options(found, columns, has_topics):
    lines = []
    for one in found:
        text = re.sub(r"([\[\]:])", r"\\\1", one.text)
        value = f":value:({WORDS[one.name]})" if one.name in WORDS else ":file:_files" if one.name in FILES else \
            ":process id:_pids" if one.name == "pid" else f":column:_sequence compadd - {' '.join(columns)}" if one.name == "fields" else \
            ":value: " if one.takes_value else "::topic:(all)" if one.name == "help" and has_topics else ""
        names = f"{{-{one.letter},--{one.name}}}" if one.letter else f"--{one.name}"
        lines.append(f"  '*'{names}{quoted(f'[{text}]{value}')} \\\n")
    return "".join(lines)


def zsh(found, columns, own):
    arguments = {"check": "", "inspect": " '2:program:_files' '*:function:'"}
    owned = "".join(f"  {command})\n  _arguments -s \\\n{zsh_options(options, columns, False)}  '1:command:'"
                    + arguments.get(command, " '*:file of events:_files'") + "\n  return\n  ;;\n" for command, options in own.items())
    commands = " ".join(quoted(f"{name}:{text}") for name, text in SUBCOMMANDS.items())
    return f"""#compdef gohttpsnoop
# Completions of gohttpsnoop for zsh, made from its options.
_gohttpsnoop_first() {{
  local -a commands=({commands})
  _alternative 'commands:command:{{_describe command commands}}' 'files:program:_files'
}}
local rest='*:function:'
if ((CURRENT > 2)); then
  case $words[2] in
  top) rest='*:program or file of events:_files' ;;
{owned}  esac
fi
_arguments -s \\
{zsh_options(found, columns, True)}  '1:program or command:_gohttpsnoop_first' \\
  $rest
"""


def fish(found, columns, own):
    owned = " ".join(OWN)
    lines = ["# Completions of gohttpsnoop for fish, made from its options."]
    for name, text in SUBCOMMANDS.items():
        lines.append(f"complete -c gohttpsnoop -n '__fish_use_subcommand' -a {name} -d {quoted(text)}")
    for one in found:
        commands = " ".join(command for command, options in own.items() if one in options)
        others = " ".join(command for command in OWN if command not in commands.split())
        condition = f" -n 'not __fish_seen_subcommand_from {others}'" if others else ""
        line = f"complete -c gohttpsnoop{condition} -l {one.name}" + (f" -s {one.letter}" if one.letter else "")
        if one.name in WORDS:
            line += f" -x -a {quoted(WORDS[one.name])}"
        elif one.name in FILES:
            line += " -r -F"
        elif one.name == "pid":
            line += " -x -a '(__fish_complete_pids)'"
        elif one.name == "fields":
            line += f" -x -a '(__fish_append , {' '.join(columns)})'"
        elif one.takes_value:
            line += " -x"
        lines.append(f"{line} -d {quoted(one.text)}")
    lines.append("complete -c gohttpsnoop -n '__fish_seen_subcommand_from check' -f")
    lines.append(f"complete -c gohttpsnoop -n '__fish_prev_arg_in -h --help; and not __fish_seen_subcommand_from {owned}' -f -a all")
    return "\n".join(lines) + "\n"


def main():
    shell, *files = sys.argv[1:]
    table, usage, columns = (pathlib.Path(file).read_text() for file in files)
    found = options(table, usage)
    sys.stdout.write({"bash": bash, "zsh": zsh, "fish": fish}[shell](found, COLUMN.findall(columns), own_options(usage, found)))


if __name__ == "__main__":
    main()
