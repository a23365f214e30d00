/* SPDX-License-Identifier: MIT */
#include "report_options.h"

#include <getopt.h>

#include "option_mistake.h"

int report_options_parse(int argc, char **argv, struct report_options *ret_options,
			 struct error *err)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct report_options options = { 0 };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":jh", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return option_mistake_fail(long_options, option, argv, err);
		options.json = options.json || option == 'j';
		options.help = options.help || option == 'h';
	}
	options.arguments = argv + optind;
	options.argument_count = (size_t)(argc - optind);
	*ret_options = options;
	return 0;
}
