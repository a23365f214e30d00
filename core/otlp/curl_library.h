/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CURL_LIBRARY_H
#define GOHTTPSNOOP_CORE_CURL_LIBRARY_H

#include <curl/curl.h>

#include "error.h"

/* What is used of libcurl. */
#define CURL_FUNCTIONS(EACH)      \
	EACH(global_init)         \
	EACH(global_cleanup)      \
	EACH(slist_append)        \
	EACH(slist_free_all)      \
	EACH(easy_init)           \
	EACH(easy_setopt)         \
	EACH(easy_getinfo)        \
	EACH(easy_strerror)       \
	EACH(easy_cleanup)        \
	EACH(multi_init)          \
	EACH(multi_setopt)        \
	EACH(multi_add_handle)    \
	EACH(multi_remove_handle) \
	EACH(multi_socket_action) \
	EACH(multi_info_read)     \
	EACH(multi_assign)        \
	EACH(multi_cleanup)

/*
 * libcurl is loaded when it is needed: with the thirty libraries that it needs itself, each start would take 17 ms longer, and
 * the program 6 MB more.
 */
struct curl_functions {
#define MEMBER(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* Loads libcurl, which stays loaded. Returns -ENOSYS if it is not installed, or too old. */
int curl_library_load(struct curl_functions *ret_curl, struct error *err);

#endif
