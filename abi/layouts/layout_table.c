/* SPDX-License-Identifier: MIT */
/*
 * Evidence: golang/go src/runtime/runtime2.go of each release, and the DWARF of each available toolchain
 * (tests/truth/layout_truth compares row by row). Types of unknown size are reached through pointers only.
 */
#include "layout_table.h"
#include "release_range.h"

const uint32_t layout_newest = V(27, 4);

/* The newest verified release of each series (1.N) that was maintained when the table was verified. */
static const uint32_t newest_of_series[] = { V(25, 12), V(26, 11), V(27, 4) };

bool layout_verified(uint32_t release)
{
	for (size_t i = 0; i < sizeof(newest_of_series) / sizeof(newest_of_series[0]); i++) {
		if (release / 1000 == newest_of_series[i] / 1000)
			return release <= newest_of_series[i];
	}
	return release <= layout_newest;
}

static const struct layout_field fields[] = {
	{ "bufio.Writer", "n", "int", 40, EVER, true },

	{ "runtime.g", "stack", "runtime.stack", 0, EVER, true },
	{ "runtime.stack", "lo", "uintptr", 0, EVER, true },
	{ "runtime.stack", "hi", "uintptr", 8, EVER, true },
	/* Go 1.20 made goid unsigned, 1.23 added syscallbp before it, and 1.25 removed gobuf.ret. */
	{ "runtime.g", "goid", "int64", 152, UNTIL(20), true },
	{ "runtime.g", "goid", "uint64", 152, SPAN(20, 23), true },
	{ "runtime.g", "goid", "uint64", 160, SPAN(23, 25), true },
	{ "runtime.g", "goid", "uint64", 152, SINCE(25), true },
	{ "runtime.g", "parentGoid", "uint64", 272, SPAN(21, 23), true },
	{ "runtime.g", "parentGoid", "uint64", 280, SPAN(23, 25), true },
	{ "runtime.g", "parentGoid", "uint64", 272, SPAN(25, 26), true },
	{ "runtime.g", "parentGoid", "uint64", 280, SINCE(26), true },
};

static const struct layout_type types[] = {
	{ "io.ReadCloser", "interface", 16, EVER, false },
	{ "error", "interface", 16, EVER, false },
	{ "net.Conn", "interface", 16, EVER, false },
	{ "context.Context", "interface", 16, EVER, false },
	{ "bufio.Writer", "struct", 0, EVER, true },
	{ "runtime.g", "struct", 0, EVER, true },
	{ "runtime.stack", "struct", 16, EVER, true },
};

static const struct layout_function functions[] = {
	{ "runtime.goexit1", "", "", EVER },
};

const struct library go_library = { LIBRARY_ROWS(fields, types, functions) };
