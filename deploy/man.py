#!/usr/bin/env python3
"""Writes the manual page from what the program says of itself.

    deploy/man.py build/release/answerback > answerback.1
"""
import re
import subprocess
import sys

PROGRAM = sys.argv[1]

EXIT = """0\tdone, or all is well
1\ta failure was found, or the start was refused
2\twrong usage; of probe: it could not be told; of status: fail
3\tof the commands that ask a daemon: it cannot be reached (debug says so in its bundle, and ends with 0)"""
FILES = """config.yaml\tthe configuration, where --config.file names no other
/etc/answerback/config.yaml\tthe configuration of the packaged service
/etc/default/answerback\tNAME=value lines that fill ${NAME} in the configuration of the packaged service
/var/lib/answerback\tincidents and history of the packaged service"""


def help_of(*command):
    return subprocess.run([PROGRAM, *command, "--help"], capture_output=True, text=True, check=True).stdout


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^(['.])", r"\\&\1", text)


def entries(text, title):
    """(term, meaning) of a block of a help text; a meaning may start on the next line."""
    block = re.search(rf"(?ms)^{title}:\n(.*?)(?:\n\S|\Z)", text)
    out = []
    for line in block[1].splitlines() if block else []:
        match = re.match(r"  (\S.*?)(?:\s{2,}(.*))?$", line)
        if match and not line.startswith("   "):
            out.append([match[1], match[2] or ""])
        elif out and line.strip():
            out[-1][1] = f"{out[-1][1]} {line.strip()}".strip()
    return out


def tagged(pairs):
    return "".join(f".TP\n.B {roff(term)}\n{roff(meaning)}\n" for term, meaning in pairs)


def lines(text):
    return tagged(line.split("\t") for line in text.splitlines())


def main():
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    top = help_of()
    commands = entries(top, "Subcommands")
    assert commands, f"{PROGRAM} --help lists no commands"
    out = [f'.TH ANSWERBACK 1 "" "answerback {version}" "User Commands"\n',
           ".SH NAME\nanswerback \\- health and readiness daemon for AI\\-agent platforms\n",
           ".SH SYNOPSIS\n.B answerback\n[\\fIcommand\\fR] [\\fIflags\\fR]\n",
           f".SH DESCRIPTION\n{roff(top.split('Usage:')[0].strip())}\n",
           f".SH FLAGS\nThey stand before or after the command.\n{tagged(entries(top, 'Options'))}",
           ".SH COMMANDS\n"]
    for name, meaning in commands:
        text = help_of(name)
        out.append(f".SS {roff(name)}\n{roff(meaning)}\n")
        out.append(tagged(pair for title in ("Positionals", "Options") for pair in entries(text, title)
                          if not pair[0].startswith("-h,")))
    out.append(f".SH EXIT STATUS\n{lines(EXIT)}.SH FILES\n{lines(FILES)}"
               ".SH SEE ALSO\n.B answerback types\nlists every probe type, its keys, defaults and reasons.\n")
    sys.stdout.write("".join(out))


main()
