/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_OPTION_PARSER_H
#define GOHTTPSNOOP_CMD_OPTION_PARSER_H

#include "options.h"

/*
 * -EINVAL, with the reason, if the command line is not valid. The caller finishes the options, also after an error.
 */
int options_parse(int argc, char **argv, struct options *ret_options, struct error *err);
void options_finish(struct options *options);

/* The names whose values are hidden, beside the built-in list; views into the options. */
struct redaction options_redaction(const struct options *options);

/* The text of --help, which fits a screen, and that of `--help all`. */
extern const char options_help[];
extern const char options_usage[];

#endif
