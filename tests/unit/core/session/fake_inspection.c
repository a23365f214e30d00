/* SPDX-License-Identifier: MIT */
/* Replaces core/inspection: a server has two probes, one at the start of a request and one at its end. */
#include "inspection.h"

#include <errno.h>
#include <stdlib.h>

#include "fakes.h"
#include "hit_field.h"
#include "machine.h"
#include "protocol_registry.h"

enum { START, END, PROBES };

struct inspection {
	struct kernel *kernel;
	bool is_library;
	size_t count;
	struct attach_point points[PROBES];
};

#define INTEGER_CELL(name)                                                \
	{                                                                 \
		.cell = { .kind = CELL_INT, .size = 8 }, .field = (name), \
	}

static const struct schema schemas[PROBES] = {
	[START] = {
		.role = PLAN_ROLE_START,
		.protocol = &protocol_http1,
		.cell_count = 3,
		.cells = { INTEGER_CELL(FIELD_KEY), INTEGER_CELL(FIELD_GOID),
			   { .cell = { .kind = CELL_STRING }, .field = FIELD_PATH } },
	},
	[END] = {
		.role = PLAN_ROLE_END,
		.protocol = &protocol_http1,
		.cell_count = 3,
		.cells = { INTEGER_CELL(FIELD_KEY), INTEGER_CELL(FIELD_GOID),
			   INTEGER_CELL(FIELD_STATUS) },
	},
};

static int install(struct inspection *inspection, struct error *err)
{
	for (size_t i = 0; i < PROBES; i++) {
		static struct plan plan;
		int r;

		plan.role = schemas[i].role;
		r = kernel_install(inspection->kernel, &plan, err);
		if (r < 0)
			return r;
		inspection->points[inspection->count++] = (struct attach_point){ .plan = r };
	}
	return 0;
}

int inspection_open(struct kernel *kernel, const struct inspection_file *file,
		    const struct inspection_options *options, struct inspection **ret_inspection,
		    struct error *err)
{
	enum machine_code code = machine.files[file_of_path(file->path)].code;
	struct inspection *inspection;
	int r = machine_fails("inspect");

	if (r < 0)
		return error_fail(err, r, "cannot be read");
	if (code != CODE_SERVER && code != CODE_LIBRARY)
		return error_fail(err, code == CODE_OTHER ? -ENOEXEC : -ENOENT, "has nothing");
	inspection = calloc(1, sizeof(*inspection));
	if (!inspection)
		abort();
	inspection->kernel = kernel;
	inspection->is_library = code == CODE_LIBRARY;
	r = install(inspection, err);
	if (r < 0) {
		inspection_close(inspection);
		return r;
	}
	*ret_inspection = inspection;
	return 0;
}

void inspection_close(struct inspection *inspection)
{
	if (!inspection)
		return;
	for (size_t i = 0; i < inspection->count; i++)
		kernel_uninstall(inspection->kernel, inspection->points[i].plan);
	free(inspection);
}

bool inspection_is_library(const struct inspection *inspection)
{
	return inspection->is_library;
}

const char *inspection_go_version(const struct inspection *inspection)
{
	return "go1.99";
}

const char *inspection_convention(const struct inspection *inspection)
{
	return "register";
}

const char *const *inspection_unseen(const struct inspection *inspection, size_t *ret_count)
{
	*ret_count = 0;
	return NULL;
}

const struct attach_point *inspection_points(const struct inspection *inspection, size_t *ret_count)
{
	*ret_count = inspection->count;
	return inspection->points;
}

bool inspection_has_demand(const struct inspection *inspection)
{
	return false;
}

const struct attach_point *inspection_demand(struct inspection *inspection, size_t *ret_count)
{
	*ret_count = 0;
	return inspection->points;
}

const struct schema *inspection_schema(const struct inspection *inspection, uint32_t plan)
{
	for (size_t i = 0; i < inspection->count; i++) {
		if (inspection->points[i].plan == (int)plan)
			return &schemas[i];
	}
	return NULL;
}

const char *inspection_function(const struct inspection *inspection, uint32_t plan)
{
	return "main.handler";
}

void inspection_describe(const struct inspection *inspection,
			 void (*tell)(void *user, const char *sentence), void *user)
{
}

bool inspection_note_types(struct inspection *inspection, uint32_t plan, struct bytes record)
{
	return false;
}

uint64_t inspection_types_due(const struct inspection *inspection)
{
	return UINT64_MAX;
}

int inspection_learn_types(struct inspection *inspection, const struct inspection_file *file,
			   const struct inspection_options *options, uint64_t now,
			   struct error *err)
{
	return 0;
}

void inspection_ignore_types(struct inspection *inspection, uint64_t now)
{
}
