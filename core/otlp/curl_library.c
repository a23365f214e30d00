/* SPDX-License-Identifier: MIT */
#include "curl_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static void *load_curl_library(struct error *err)
{
	/* Debian has both, from one source. */
	void *library = dlopen("libcurl.so.4", RTLD_NOW);

	if (!library)
		library = dlopen("libcurl-gnutls.so.4", RTLD_NOW);
	if (library)
		return library;
	error_hint(err, "install the package libcurl4");
	error_fail(err, -ENOSYS, "--otlp needs libcurl, which cannot be loaded: %s", dlerror());
	return NULL;
}

/* POSIX has pointers to functions from dlsym() in this way. */
static bool load_curl_function(void *library, const char *name, void *ret_function)
{
	void *function = dlsym(library, name);

	memcpy(ret_function, &function, sizeof(function));
	return function;
}

int curl_library_load(struct curl_functions *ret_curl, struct error *err)
{
	void *library = load_curl_library(err);
	bool has_all = true;

	if (!library)
		return -ENOSYS;
#define LOAD(name) has_all &= load_curl_function(library, "curl_" #name, &ret_curl->name);
	CURL_FUNCTIONS(LOAD)
#undef LOAD
	return has_all ? 0 : error_fail(err, -ENOSYS, "libcurl lacks functions: it is too old");
}
