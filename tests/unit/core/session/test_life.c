/* SPDX-License-Identifier: MIT */
/* Runs the scripts that are given as arguments; see script.h. */
#include "script.h"

int main(int argc, char **argv)
{
	bool ok = argc > 1;

	for (int i = 1; i < argc; i++)
		ok = script_play(argv[i]) && ok;
	return ok ? 0 : 1;
}
