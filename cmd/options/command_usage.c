/* SPDX-License-Identifier: MIT */
#include "command_usage.h"

const char command_usage_check[] =
	"Usage: gohttpsnoop check [--json]\n"
	"\n"
	"Tests what gohttpsnoop needs from this kernel, with the rights of this user, and says\n"
	"how to get what is missing.\n"
	"\n"
	"  -j, --json              print a line of JSON\n"
	"  -h, --help              print this text\n"
	"\n"
	"The exit status is 0 if everything works, 3 if requests can be traced but something\n"
	"else does not work, 1 if nothing can be traced. See also gohttpsnoop-check(1).\n";

const char command_usage_inspect[] =
	"Usage: gohttpsnoop inspect [OPTION]... BINARY|PID [FUNCTION...]\n"
	"\n"
	"Shows what would be probed in a Go program, and what can be traced in it. Of a\n"
	"FUNCTION, shows its declaration and its probe; with captures in parentheses, also\n"
	"what is read: 'main.ping(r.URL.Path)'.\n"
	"\n"
	"  -j, --json              print a line of JSON\n"
	"      --types FILE        read the types of a stripped binary from this file: a copy of\n"
	"                          the same build with DWARF\n"
	"      --signature TEXT    the declaration of a FUNCTION of a stripped binary, in Go's\n"
	"                          syntax with whole import paths; repeatable\n"
	"      --preset NAME       the functions of this preset, sql or redis; repeatable\n"
	"  -h, --help              print this text\n"
	"\n"
	"See also gohttpsnoop-inspect(1).\n";

const char command_usage_report[] =
	"Usage: gohttpsnoop report FILE [-o PAGE]\n"
	"\n"
	"Writes a page of HTML about the requests in FILE, which gohttpsnoop --output or --json\n"
	"has written; \"-\" is standard input.\n"
	"\n"
	"  -o, --output PAGE       write the page to this file, not to standard output\n"
	"  -h, --help              print this text\n"
	"\n"
	"See also gohttpsnoop-report(1).\n";

const char command_usage_summary[] =
	"Usage: gohttpsnoop summary [--json] [FILE...]\n"
	"\n"
	"Prints counts, rates and percentiles of the requests in these files, which gohttpsnoop\n"
	"--output or --json has written; without a FILE, of those in standard input.\n"
	"\n"
	"  -j, --json              print a line of JSON for each row\n"
	"  -h, --help              print this text\n"
	"\n"
	"See also gohttpsnoop-summary(1).\n";

const char command_usage_top[] =
	"Usage: gohttpsnoop top [OPTION]... [BINARY|FILE]\n"
	"\n"
	"Shows what Go services do now, by route: rates, failures and percentiles of the last\n"
	"seconds. Of a FILE that gohttpsnoop --output or --json has written, shows the end.\n"
	"\n"
	"  -p, --pid PID    -n, --name GLOB    -P, --port PORT    -a, --all\n"
	"                          whose requests; a BINARY is a program\n"
	"      --side both         also the requests that programs make\n"
	"      --interval TIME     the time between two frames (default 1s)\n"
	"  -h, --help              print this text\n"
	"\n"
	"Keys: s sorts, / filters, enter shows the last requests of a row, p pauses, q quits.\n"
	"gohttpsnoop --help all explains the other options; see also gohttpsnoop-top(1).\n";
