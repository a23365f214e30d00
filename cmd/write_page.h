/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_WRITE_PAGE_H
#define GOHTTPSNOOP_CMD_WRITE_PAGE_H

/* The subcommand report: writes a page about recorded requests; returns the exit status. */
int write_page(int argc, char **argv);

#endif
