/* SPDX-License-Identifier: MIT */
#include "refused_files.h"

#include <errno.h>

bool refused_files_have(const struct refused_files *files, const struct file_identity *file)
{
	for (size_t i = 0; i < files->count && i < MAX_REFUSED_FILES; i++) {
		if (file_identity_equal(&files->files[i], file))
			return true;
	}
	return false;
}

static bool is_of_file(int code)
{
	static const int others[] = { -ESRCH, -EPERM, -EACCES, -ESTALE, -EALREADY };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (code == others[i])
			return false;
	}
	return code < 0 && !error_is_shortage(code);
}

void refused_files_add(struct refused_files *files, const char *path,
		       const struct file_identity *file, int code)
{
	struct file_identity now;

	if (is_of_file(code) && file_identity_read(path, &now) == 0 &&
	    file_identity_equal(&now, file))
		files->files[files->count++ % MAX_REFUSED_FILES] = *file;
}
