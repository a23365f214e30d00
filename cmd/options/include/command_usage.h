/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_COMMAND_USAGE_H
#define GOHTTPSNOOP_CMD_COMMAND_USAGE_H

/* What --help prints behind the name of a command. */
extern const char command_usage_check[];
extern const char command_usage_inspect[];
extern const char command_usage_report[];
extern const char command_usage_summary[];
extern const char command_usage_top[];

#endif
