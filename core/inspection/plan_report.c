/* SPDX-License-Identifier: MIT */
#include "plan_report.h"

#include <stdio.h>
#include <string.h>

#include "refusals.h"

enum { WORD = 8, TEXT_SIZE = 256 };

static const char *const roles[] = {
	[PLAN_ROLE_CALL] = "call",
	[PLAN_ROLE_RETURN] = "return",
	[PLAN_ROLE_GOROUTINE_EXIT] = "end of a goroutine",
};

/* The text of one operation. It depends on what earlier operations have defined. */
struct line {
	const struct binary *binary;
	const struct plan *plan;
	uint32_t cell; /* number of the next cell */
	char text[TEXT_SIZE];
};

/* Describes an offset of the work area: a register, or a byte of a block. */
static const char *place_text(const struct line *line, const struct plan_operation *operation,
			      uint16_t offset, char text[static 64])
{
	if (offset < PLAN_REGISTER_WORDS * WORD) {
		snprintf(text, 64, "%s",
			 convention_register_name(line->binary->convention, offset / WORD));
		return text;
	}
	for (uint32_t i = 0; i < line->plan->operation_count; i++) {
		const struct plan_operation *other = &line->plan->operations[i];

		if ((other->code == PLAN_READ || other->code == PLAN_SEARCH) &&
		    other->block == operation->base) {
			snprintf(text, 64, "block %u +%u", other->block, offset - other->target);
			return text;
		}
	}
	snprintf(text, 64, "+%u", offset);
	return text;
}

static void format_search(struct line *line, const struct plan_operation *operation,
			  const char *place)
{
	const struct plan_search *search = &line->plan->searches[operation->size];
	uint64_t key = 0;

	memcpy(&key, search->wanted, sizeof(key));
	if (search->match == SEARCH_STRING)
		snprintf(line->text, TEXT_SIZE, "block %u: the entry \"%.*s\" of the map at *(%s)",
			 operation->block, search->key_size, search->wanted, place);
	else if (search->match == SEARCH_INTEGER)
		snprintf(line->text, TEXT_SIZE, "block %u: the entry 0x%llx of the map at *(%s)",
			 operation->block, (unsigned long long)key, place);
	else
		snprintf(line->text, TEXT_SIZE, "block %u: entry number %d of the map at *(%s)",
			 operation->block, operation->displacement, place);
}

static void format_operation(struct line *line, const struct plan_operation *operation)
{
	char place[64], length[64];

	place_text(line, operation, operation->source, place);
	switch (operation->code) {
	case PLAN_READ:
		snprintf(line->text, TEXT_SIZE, "block %u: %u bytes at *(%s) %+d", operation->block,
			 operation->size, place, operation->displacement);
		break;
	case PLAN_ABOVE:
	case PLAN_EQUAL:
		snprintf(line->text, TEXT_SIZE, "block %u: if the %u bytes at %s are %s 0x%x",
			 operation->block, operation->size, place,
			 operation->code == PLAN_ABOVE ? "above" : "equal to",
			 (uint32_t)operation->displacement);
		break;
	case PLAN_SEARCH:
		format_search(line, operation, place);
		break;
	case PLAN_STRING:
		snprintf(line->text, TEXT_SIZE,
			 "cell %u: the string at *(%s), its length at %s, cut at %u", line->cell++,
			 place, place_text(line, operation, operation->target, length),
			 operation->size);
		break;
	default:
		snprintf(line->text, TEXT_SIZE, "cell %u: the %u bytes at %s", line->cell++,
			 operation->size, place);
	}
	if (operation->gate) {
		size_t used = strlen(line->text);

		snprintf(line->text + used, TEXT_SIZE - used, ", if block %u", operation->gate);
	}
}

static void report_plan(struct report *report, const struct binary *binary, const struct plan *plan)
{
	struct line line = { .binary = binary, .plan = plan };

	report_open_list(report, "plan");
	for (uint32_t i = 0; i < plan->operation_count; i++) {
		format_operation(&line, &plan->operations[i]);
		report_string(report, NULL, line.text);
	}
	report_close_list(report);
}

/* Where each value that was asked for is known from; what only the declaration says, from the function's types. */
static void report_captures(struct report *report, const struct probe *probe)
{
	const struct shape *shape = &probe->arguments;

	report_open_list(report, "captures");
	for (size_t i = 1; probe->has_arguments && i < shape->node_count;
	     i += shape->nodes[i].size) {
		const struct shape_node *node = &shape->nodes[i];
		enum type_source source = type_source_least_trusted(node->sources);

		report_open_object(report, NULL);
		report_string(report, "expression", shape_name(shape, node));
		if (node->kind != SHAPE_NULL)
			report_string(report, "source",
				      type_source_name(source != TYPE_SOURCE_NONE ? source :
										    probe->source));
		report_close_object(report);
	}
	report_close_list(report);
}

static void report_plan_probe(struct report *report, const struct probe_set *probe_set,
			      const struct probe_candidate *probe)
{
	report_open_object(report, NULL);
	report_string(report, "function", probe->function);
	report_string(report, "role", roles[probe->role]);
	if (probe->result < 0) {
		report_string(report, "refused", probe->why.what);
	} else {
		report_address(report, "address", probe->probe.site.address);
		if (probe->probe.source != TYPE_SOURCE_NONE)
			report_string(report, "types", type_source_name(probe->probe.source));
		if (probe->probe.returns.count)
			report_number(report, "returns", probe->probe.returns.count);
		for (size_t i = 0; i < probe->probe.gaps.count; i++)
			report_string(report, "null", probe->probe.gaps.gaps[i].why);
		report_captures(report, &probe->probe);
		report_plan(report, probe_set->binary, &probe->probe.plan);
	}
	report_close_object(report);
}

/* There is no plan to report: the first reason becomes the error. */
static int plan_report_refuse_all(const struct probe_set *probe_set, struct error *err)
{
	struct refusals refusals;
	int r = refusals_create(probe_set, &refusals, err);

	if (r < 0)
		return r;
	r = refusals.count ? error_adopt(err, &refusals.reasons[0]) : refusals_fail_none(err);
	refusals_finish(&refusals);
	return r;
}

int plan_report(struct report *report, const char *path, const struct binary *binary,
		const struct trace_spec *spec, struct error *err)
{
	struct probe_set probe_set;
	int r = probe_set_of_functions(binary, spec, NULL, &probe_set, err);

	if (r < 0)
		return r;
	if (probe_set_count_fit(&probe_set) == 0) {
		r = plan_report_refuse_all(&probe_set, err);
	} else {
		report_string(report, "binary", path);
		report_string(report, "go", binary->version.text);
		report_string(report, "abi", binary->convention->name);
		report_open_list(report, "probes");
		for (size_t i = 0; i < probe_set.count; i++)
			report_plan_probe(report, &probe_set, &probe_set.probes[i]);
		report_close_list(report);
	}
	probe_set_finish(&probe_set);
	return r;
}
