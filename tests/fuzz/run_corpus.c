/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target, without a fuzzer, over the files of a folder; each file is cut at every length. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

static uint8_t *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);

	HOLDS(file && data);
	*ret_size = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

/* A separate allocation, so that ASan detects a read beyond its end. */
static void run_prefix(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	HOLDS(copy);
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_file(const char *path)
{
	size_t size;
	uint8_t *data = read_file(path, &size);

	for (size_t prefix = 0; prefix <= size; prefix++)
		run_prefix(data, prefix);
	free(data);
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	char path[4096];
	struct dirent *entry;
	size_t count = 0;

	if (!folder) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		run_file(path);
		count++;
	}
	closedir(folder);
	printf("%zu files\n", count);
	return count == 0;
}
