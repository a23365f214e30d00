/* SPDX-License-Identifier: MIT */
#include "binary_report.h"

#include <errno.h>
#include <string.h>

#include "build_flags.h"

static const char *const machines[] = { [MACHINE_AMD64] = "x86-64", [MACHINE_ARM64] = "AArch64" };

static const char *const formats[] = {
	[PCLNTAB_GO_1_2] = "Go 1.2 to 1.15",
	[PCLNTAB_GO_1_16] = "Go 1.16 to 1.17",
	[PCLNTAB_GO_1_18] = "Go 1.18 to 1.19",
	[PCLNTAB_GO_1_20] = "Go 1.20 and later",
};

static const char *const roles[PLAN_ROLE_COUNT] = {
	[PLAN_ROLE_START] = "start",   [PLAN_ROLE_END] = "end",
	[PLAN_ROLE_CALL] = "call",     [PLAN_ROLE_PANIC] = "panic",
	[PLAN_ROLE_HIJACK] = "hijack", [PLAN_ROLE_WHOLE] = "whole",
	[PLAN_ROLE_RETURN] = "return", [PLAN_ROLE_GOROUTINE_EXIT] = "end of a goroutine",
	[PLAN_ROLE_ROUTE] = "route",
};

/* A client's ROUTE, see protocol.h. */
static const char CONNECTION[] = "connection";

static const char *const sides[] = { [SIDE_SERVER] = "server", [SIDE_CLIENT] = "client" };

/* Returns the line "KEY\tVALUE…" of the module information; NULL if there is none. */
static const char *find_module_line(const struct build_info *info, const char *key,
				    size_t *ret_size)
{
	size_t key_size = strlen(key);

	for (const char *line = info->modinfo; line && *line;) {
		size_t size = strcspn(line, "\n");

		if (size > key_size && strncmp(line, key, key_size) == 0 &&
		    line[key_size] == '\t') {
			*ret_size = size - key_size - 1;
			return line + key_size + 1;
		}
		line += size + (line[size] == '\n');
	}
	return NULL;
}

static void report_module(struct report *report, const struct build_info *info)
{
	static const char *const keys[][2] = { { "package", "path" }, { "module", "mod" } };
	size_t size;

	for (size_t i = 0; i < 2; i++) {
		const char *value = find_module_line(info, keys[i][1], &size);

		if (value)
			report_bytes(report, keys[i][0], value,
				     strcspn(value, "\t\n") < size ? strcspn(value, "\t\n") : size);
	}
}

/* A setting may contain secrets, which must not get into a bug report. */
static void report_setting(struct report *report, const char *key, const char *value, size_t size)
{
	static const struct redaction listed;
	struct text_buffer text = { 0 };

	build_flags_add(&text, &listed, value, size);
	if (!text.failed)
		report_bytes(report, key, text.size ? text.data : "", text.size);
	text_buffer_release(&text);
}

/* The settings that change what can be traced, or how. */
static void report_settings(struct report *report, const struct build_info *info)
{
	static const char *const keys[] = {
		"-pgo",	       "-trimpath", "-race",   "-buildmode", "-ldflags",     "-linkshared",
		"CGO_ENABLED", "GOARCH",    "GOAMD64", "GOARM64",    "GOEXPERIMENT",
	};
	size_t size;

	report_open_object(report, "settings");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = build_info_setting(info, keys[i], &size);

		if (value)
			report_setting(report, keys[i], value, size);
	}
	report_close_object(report);
}

static void report_file(struct report *report, const struct image *image)
{
	struct section section;
	uint64_t address, size;

	report_string(report, "machine", machines[image_machine(image)]);
	report_bool(report, "pie", image_is_pie(image));
	report_bool(report, "dynamic", image_section(image, ".interp", &section));
	report_bool(report, "stripped", !image_symbol(image, "runtime.text", &address, &size));
}

static void report_binary(struct report *report, const char *path, const struct binary *binary)
{
	report_string(report, "binary", path);
	report_string(report, "go", binary->version.text);
	report_string(report, "version_from",
		      binary->version.from_pclntab ? "pclntab" :
		      binary->build_info.modinfo   ? "build information" :
						     "runtime.buildVersion");
	report_string(report, "abi", binary->convention->name);
	report_file(report, binary->image);
	report_module(report, &binary->build_info);
	report_settings(report, &binary->build_info);
	report_string(report, "pclntab", formats[pclntab_format(binary->pclntab)]);
	report_number(report, "functions", pclntab_count(binary->pclntab));
	report_bool(report, "dwarf", types_have_dwarf(binary->types));
}

static void report_capture(struct report *report, const struct probe_capture *capture)
{
	report_open_object(report, NULL);
	report_string(report, "expression", capture->expression);
	if (capture->result == 0) {
		report_string(report, "type", capture->type);
		report_string(report, "place", capture->way);
		if (capture->source != TYPE_SOURCE_NONE)
			report_string(report, "source", type_source_name(capture->source));
	} else {
		report_string(report, "missing", capture->why);
	}
	report_close_object(report);
}

static bool is_connection(const struct probe_candidate *candidate)
{
	return candidate->role == PLAN_ROLE_ROUTE && candidate->protocol &&
	       candidate->protocol->side == SIDE_CLIENT;
}

static void report_probe(struct report *report, const struct probe_candidate *candidate)
{
	const struct probe *probe = &candidate->probe;

	report_open_object(report, NULL);
	report_string(report, "function", candidate->function);
	report_string(report, "role",
		      is_connection(candidate) ? CONNECTION : roles[candidate->role]);
	if (candidate->protocol) {
		report_string(report, "library", candidate->protocol->name);
		report_string(report, "side", sides[candidate->protocol->side]);
	}
	if (candidate->result < 0) {
		report_string(report, "refused", candidate->why.what);
		report_close_object(report);
		return;
	}
	report_address(report, "entry", probe->entry);
	report_string(report, "site", site_kind_name(probe->site.kind));
	report_address(report, "address", probe->site.address);
	report_address(report, "file_offset", probe->site.file_offset);
	if (probe->source != TYPE_SOURCE_NONE)
		report_string(report, "types", type_source_name(probe->source));
	report_open_list(report, "captures");
	for (size_t i = 0; i < probe->capture_count; i++)
		report_capture(report, &probe->captures[i]);
	report_close_list(report);
	report_close_object(report);
}

/* Functions that a binary does not have are not reported. */
static bool is_worth_telling(const struct probe_candidate *probe)
{
	return probe->result != -ENOENT;
}

/* Returns whether requests of its library and side begin, or are observed, at this probe. */
static bool shows_library(const struct probe_candidate *probe)
{
	return probe->protocol && probe->result == 0 &&
	       (probe->role == PLAN_ROLE_START || probe->role == PLAN_ROLE_WHOLE ||
		probe->role == PLAN_ROLE_CALL);
}

static bool is_listed_before(const struct probe_set *probe_set, size_t number)
{
	const struct protocol *protocol = probe_set->probes[number].protocol;

	for (size_t i = 0; i < number; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (shows_library(probe) && probe->protocol->side == protocol->side &&
		    strcmp(probe->protocol->name, protocol->name) == 0)
			return true;
	}
	return false;
}

/* The libraries by which the binary can serve and make requests, each once for each side. */
static void report_libraries(struct report *report, const struct probe_set *probe_set)
{
	if (!probe_set->rows.count)
		return;
	report_open_list(report, "libraries");
	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (!shows_library(probe) || is_listed_before(probe_set, i))
			continue;
		report_open_object(report, NULL);
		report_string(report, "library", probe->protocol->name);
		report_string(report, "side", sides[probe->protocol->side]);
		report_close_object(report);
	}
	report_close_list(report);
}

static void report_probe_set(struct report *report, const struct probe_set *probe_set)
{
	report_libraries(report, probe_set);
	report_open_list(report, "probes");
	for (size_t i = 0; i < probe_set->count; i++) {
		if (is_worth_telling(&probe_set->probes[i]))
			report_probe(report, &probe_set->probes[i]);
	}
	report_close_list(report);
	if (!probe_set_unseen(probe_set, 0))
		return;
	report_open_list(report, "unseen");
	for (size_t i = 0; probe_set_unseen(probe_set, i); i++)
		report_string(report, NULL, probe_set_unseen(probe_set, i));
	report_close_list(report);
}

void binary_report(struct report *report, const char *path, const struct binary *binary,
		   const struct probe_set *probe_set, const struct error *why)
{
	report_binary(report, path, binary);
	if (probe_set)
		report_probe_set(report, probe_set);
	else
		report_string(report, "untraceable", why->what);
}
