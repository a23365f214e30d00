/* SPDX-License-Identifier: MIT */
/* The probes of the requests that a binary handles; another part of probe_set.h. */
#include "probe_compiler.h"
#include "probe_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol_registry.h"

static bool row_is_of_server(const struct probe_set *probe_set, size_t row, const char *server)
{
	return strcmp(probe_set->rows.items[row].protocol->server, server) == 0;
}

static bool has_role(const struct probe_set *probe_set, const char *server, enum plan_role role)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		if (probe_set->probes[i].result == 0 && probe_set->probes[i].role == role &&
		    row_is_of_server(probe_set, i, server))
			return true;
	}
	return false;
}

/* Returns whether requests of the server can be followed from start to end, or are observed as a whole. */
static bool is_complete(const struct probe_set *probe_set, const char *server)
{
	return has_role(probe_set, server, PLAN_ROLE_WHOLE) ||
	       (has_role(probe_set, server, PLAN_ROLE_CALL) &&
		has_role(probe_set, server, PLAN_ROLE_RETURN)) ||
	       (has_role(probe_set, server, PLAN_ROLE_START) &&
		has_role(probe_set, server, PLAN_ROLE_END));
}

/* Returns whether there is a probe that replaces the one that this inlined call bypasses. */
static bool has_replacement(const struct probe_set *probe_set, const struct expected_call *call)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		if (probe_set->probes[i].result == 0 &&
		    probe_set->rows.items[i].request.inlined == call)
			return true;
	}
	return false;
}

/* If some ends cannot be observed, an open request does not mean that its handler panicked. */
static void give_up_panics(struct probe_set *probe_set, const char *server)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->role == PLAN_ROLE_PANIC && probe->result == 0 &&
		    row_is_of_server(probe_set, i, server))
			probe->result = error_fail(&probe->why, -ENOTSUP,
						   "some ends of requests cannot be observed");
	}
}

static void find_limitations(struct probe_set *probe_set)
{
	for (size_t i = 0; i < probe_set->rows.limitation_count; i++) {
		const struct limitation_row *row = &probe_set->rows.limitations[i];
		const struct protocol_limitation *limitation = &row->limitation;

		if (has_replacement(probe_set, limitation->call) ||
		    !expected_call_is_inlined(probe_set->binary, limitation->call))
			continue;
		probe_set->limitations[probe_set->limitation_count++] = limitation;
		if (limitation->hides_ends)
			give_up_panics(probe_set, row->protocol->server);
	}
}

static bool is_wanted(const struct protocol *protocol, enum trace_sides sides)
{
	if (sides == TRACE_BOTH)
		return true;
	return protocol->side == (sides == TRACE_CLIENT ? SIDE_CLIENT : SIDE_SERVER);
}

/* Initialises a probe set with candidates for the rows of all wanted protocols in this binary. */
static int init_of_protocols(struct probe_set *probe_set, const struct binary *binary,
			     enum trace_sides sides, struct error *err)
{
	const struct protocol *wanted[PROTOCOL_COUNT];
	struct protocol_rows rows;
	size_t count = 0;
	int r;

	for (size_t i = 0; i < protocol_registry_count; i++) {
		if (is_wanted(protocol_registry[i], sides))
			wanted[count++] = protocol_registry[i];
	}
	r = protocol_rows_init(&rows, wanted, count, binary, err);

	if (r < 0)
		return r;
	r = probe_set_init(probe_set, binary, rows.count, err);
	if (r < 0) {
		protocol_rows_finish(&rows);
		return r;
	}
	probe_set->rows = rows;
	probe_set->limitations = calloc(rows.limitation_count + 1, sizeof(*probe_set->limitations));
	if (probe_set->limitations)
		return 0;
	probe_set_finish(probe_set);
	return error_fail(err, -ENOMEM, "out of memory");
}

static void candidate_refuse(struct probe_candidate *probe, int code, const char *why)
{
	probe_finish(&probe->probe);
	probe->probe = (struct probe){ 0 };
	probe->result = error_fail(&probe->why, code, "%s", why);
}

/* A request that is observed as a whole is observed at its end. */
static enum plan_role moment_of(enum plan_role role)
{
	return role == PLAN_ROLE_WHOLE ? PLAN_ROLE_END : role;
}

/*
 * Returns whether an earlier row has a probe at the same place: two copies of a module can wrap one server, and a row
 * for binaries in which a call was inlined comes before the row for all other binaries.
 */
static bool is_probed(const struct probe_set *probe_set, size_t count,
		      const struct probe_candidate *added)
{
	for (size_t i = 0; i < count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result == 0 && moment_of(probe->role) == moment_of(added->role) &&
		    probe->probe.site.address == added->probe.site.address)
			return true;
	}
	return false;
}

/* Chooses the values of any type: those that the user named of a request, or the error that a client returns. */
static int choose_values(const struct protocol_row *of, const struct trace_spec *spec,
			 struct expression *error, struct request_values *values, struct error *err)
{
	if (of->protocol->side == SIDE_SERVER) {
		if (spec->requests)
			request_values_init(values, spec->requests, &of->request.argument_roots);
		return 0;
	}
	if (of->request.role != PLAN_ROLE_RETURN || !of->protocol->error)
		return 0;
	values->items[values->count++] = (struct value_request){ .expression = error };
	return expression_parse(of->protocol->error, error, err);
}

/* Returns whether handlers may run on another goroutine than the request. */
static bool has_timeout_handler(const struct binary *binary)
{
	struct function function;

	return pclntab_find(binary->pclntab, TIMEOUT_HANDLER, &function);
}

static bool needs_context_types(const struct probe_request *request)
{
	return (request->extras & EXTRA_LINKS && request->role == PLAN_ROLE_CALL) ||
	       (request->extras & EXTRA_ROUTES && request->role == PLAN_ROLE_ROUTE);
}

/*
 * Compiles a row of the protocol, with the user's captures. They must exist in the row that observes most requests;
 * in the other rows, for other servers and releases, they may be missing.
 */
static void compile_row(struct probe_candidate *probe, const struct binary *binary,
			const struct protocol_row *of, bool decides, const struct trace_spec *spec,
			const struct learned_probes *learned)
{
	struct probe_request request = of->request;
	struct request_values values = { .count = 0 };
	struct expression error;

	probe->function = request.function;
	probe->role = request.role;
	probe->protocol = of->protocol;
	probe->awaits_return = request.role == PLAN_ROLE_CALL;
	probe->on_demand = request.on_demand;
	probe->result = choose_values(of, spec, &error, &values, &probe->why);
	if (probe->result < 0)
		return;
	request.arguments = values.items;
	request.argument_count = values.count;
	request.wants_arguments = values.count > 0;
	request.allows_missing = !decides;
	request.learned = learned;
	request.extras = spec->extras | (has_timeout_handler(binary) ? EXTRA_ROUTES : 0);
	probe->counts_clients = spec->sides == TRACE_BOTH;
	if (needs_context_types(&request))
		probe->context_types = context_types_of(binary->types);
	probe->expression_count = values.expression_count;
	probe->returned_count = request.role == PLAN_ROLE_RETURN ? values.count : 0;
	probe->result = probe_compile(binary, &request, &spec->values, &probe->probe, &probe->why);
}

/*
 * Returns whether the user's captures do not match the row that observes most requests, or do not fit into its plan.
 */
static bool is_refused(const struct probe_candidate *probe)
{
	return probe->result < 0 && (probe->why.quote[0] || probe->result == -E2BIG);
}

/* Writes "PACKAGE or PACKAGE": the known servers, each once. */
static void list_servers(char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < protocol_registry_count && used < size; i++) {
		const char *server = protocol_registry[i]->server;

		if (protocol_registry[i]->side != SIDE_SERVER)
			continue;
		if (i > 0 && strcmp(server, protocol_registry[i - 1]->server) == 0)
			continue;
		used += snprintf(text + used, size - used, "%s%s", used ? " or " : "", server);
	}
}

/*
 * Returns why the binary has nothing to trace. A function that cannot be probed is a better reason than a missing
 * one.
 */
static const char *why_nothing(const struct probe_set *probe_set)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result < 0 && probe->result != -ENOENT && probe->role != PLAN_ROLE_PANIC)
			return probe->why.what;
	}
	return probe_set->probes[0].result < 0 ? probe_set->probes[0].why.what :
						 "the end of requests cannot be observed";
}

/* Returns whether the binary has the function of a known client. */
static bool has_client(const struct binary *binary)
{
	struct function function;

	for (size_t i = 0; i < protocol_registry_count; i++) {
		if (protocol_registry[i]->side == SIDE_CLIENT &&
		    pclntab_find(binary->pclntab, protocol_registry[i]->probes[0].function,
				 &function))
			return true;
	}
	return false;
}

static int fail_protocols(const struct probe_set *probe_set, enum trace_sides sides,
			  struct error *err)
{
	char servers[256];

	for (size_t i = 0; i < probe_set->count; i++) {
		if (probe_set->probes[i].result < 0 && probe_set->probes[i].why.quote[0])
			return error_adopt(err, &probe_set->probes[i].why);
	}
	error_hint(err, sides == TRACE_SERVER && has_client(probe_set->binary) ?
				"use --side client to trace the requests that it makes" :
				"name the functions to trace");
	if (sides == TRACE_CLIENT)
		return error_fail(err, -ENOENT, "the program has no HTTP client that is known: %s",
				  why_nothing(probe_set));
	list_servers(servers, sizeof(servers));
	if (probe_set->others.count) {
		char others[OTHER_SERVERS_MAX * OTHER_SERVER_NAME];

		other_servers_format(&probe_set->others, others, sizeof(others));
		return error_fail(
			err, -ENOENT,
			"the program has no server of %s, only servers that are not traced: %s",
			servers, others);
	}
	return error_fail(err, -ENOENT, "the program has %sno server of %s: %s",
			  sides == TRACE_BOTH ? "no HTTP client that is known, and " : "", servers,
			  why_nothing(probe_set));
}

/* Compiles all rows. Negative if the user's captures cannot be compiled. */
static int compile_rows(struct probe_set *probe_set, const struct trace_spec *spec,
			const struct learned_probes *learned, struct error *err)
{
	bool requests_decided = false, responses_decided = false;

	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_request *row = &probe_set->rows.items[i].request;
		struct probe_candidate *probe = &probe_set->probes[i];
		bool has_request = scope_roots_find(&row->argument_roots, REQUEST_ROOT);
		bool has_response = scope_roots_find(&row->argument_roots, RESPONSE_ROOT);
		bool decides = (has_request && !requests_decided) ||
			       (has_response && !responses_decided);

		compile_row(probe, probe_set->binary, &probe_set->rows.items[i], decides, spec,
			    learned);
		requests_decided |= has_request;
		responses_decided |= has_response;
		/* The types of another build are of no use for any row. */
		if ((decides && is_refused(probe)) || probe->result == -ESTALE)
			return error_adopt(err, &probe->why);
		if (probe->result == 0 && is_probed(probe_set, i, probe))
			candidate_refuse(probe, -ENOENT, "already probed");
	}
	return 0;
}

/* Removes the probes of a server whose requests cannot be followed. */
static void drop_server(struct probe_set *probe_set, const char *server)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result < 0 || !row_is_of_server(probe_set, i, server))
			continue;
		candidate_refuse(probe, probe->role == PLAN_ROLE_START ? -ENOTSUP : -ENOENT,
				 "the end of requests cannot be observed");
	}
}

/* -ENOENT if requests of no server can be followed. */
static int keep_complete_servers(struct probe_set *probe_set, enum trace_sides sides,
				 struct error *err)
{
	size_t complete = 0;

	for (size_t i = 0; i < protocol_registry_count; i++)
		complete += is_complete(probe_set, protocol_registry[i]->server);
	if (complete == 0)
		return fail_protocols(probe_set, sides, err);
	for (size_t i = 0; i < protocol_registry_count; i++) {
		const char *server = protocol_registry[i]->server;

		if (is_complete(probe_set, server))
			other_servers_drop(&probe_set->others, server);
		else
			drop_server(probe_set, server);
	}
	return 0;
}

int probe_set_of_protocols(const struct binary *binary, const struct trace_spec *spec,
			   const struct learned_probes *learned, struct probe_set *ret_probe_set,
			   struct error *err)
{
	struct probe_set probe_set;
	int r = init_of_protocols(&probe_set, binary, spec->sides, err);

	if (r < 0)
		return r;
	if (spec->sides != TRACE_CLIENT)
		other_servers_find(binary->pclntab, &probe_set.others);
	r = compile_rows(&probe_set, spec, learned, err);
	if (r == 0)
		r = keep_complete_servers(&probe_set, spec->sides, err);
	if (r < 0) {
		probe_set_finish(&probe_set);
		return r;
	}
	find_limitations(&probe_set);
	*ret_probe_set = probe_set;
	return 0;
}
