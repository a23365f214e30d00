/* SPDX-License-Identifier: MIT */
/* The probes of functions that a user names; another part of probe_set.h. */
#include "probe_compiler.h"
#include "probe_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "call_captures.h"
#include "function_captures.h"
#include "function_list.h"
#include "function_report.h"
#include "function_signature.h"

static struct probe_candidate *probe_set_grow(struct probe_set *probe_set, const char *function,
					      enum plan_role role, struct error *err)
{
	struct probe_candidate *probes =
		array_grow(probe_set->probes, probe_set->count, sizeof(*probes));
	struct probe_candidate *probe;

	if (!probes) {
		error_fail(err, -ENOMEM, "out of memory");
		return NULL;
	}
	probe_set->probes = probes;
	probe = &probes[probe_set->count++];
	*probe = (struct probe_candidate){ .function = function, .role = role };
	return probe;
}

/* Adds a candidate with the reason why something that the user named cannot be traced. */
static int probe_set_refuse(struct probe_set *probe_set, const char *function,
			    const struct error *why, struct error *err)
{
	struct probe_candidate *probe = probe_set_grow(probe_set, function, PLAN_ROLE_CALL, err);

	if (!probe)
		return -ENOMEM;
	probe->why = *why;
	probe->result = why->code;
	return 0;
}

/* ---- compiling ---- */

/* What is compiled for one function. */
struct task {
	const struct binary *binary;
	const struct trace_spec *spec;
	const struct function *function;
	const struct function_captures *captures;
	const struct learned_probes *learned;
};

/* The probes of one function: at its begin and, if its returns are traced, at each return. */
struct probe_pair {
	struct probe call, end;
	bool awaits_return, returns_at_once;
	uint16_t returned_count;
};

static void probe_pair_finish(struct probe_pair *pair)
{
	probe_finish(&pair->call);
	probe_finish(&pair->end);
}

/* Whether captures of a generic function's results have names: they are read by what its begin tells of their types. */
static bool names_results(const struct function_captures *asked)
{
	for (size_t i = 0; i < asked->count && asked->signature->shared; i++) {
		if (asked->items[i].is_result)
			return true;
	}
	return false;
}

static int compile_probe(const struct task *task, enum captures_part part, struct probe *probe,
			 uint16_t *ret_returned_count, struct error *err)
{
	const struct function_captures *asked = task->captures;
	bool at_return = part == CAPTURES_AT_RETURN;
	struct call_parameters parameters = { 0 };
	struct call_captures captures;
	struct probe_values values;
	struct probe_request request = {
		.function = task->function->name,
		.role = at_return ? PLAN_ROLE_RETURN : PLAN_ROLE_CALL,
		.captures = captures.captures,
		.learned = task->learned,
		.at = task->function,
		.extras = task->spec->extras,
		.returns = at_return,
		.returns_at_once = part == CAPTURES_AT_ONCE,
		.notes_results = part == CAPTURES_AT_CALL && asked->awaits_return,
		.needs_no_types = asked->needs_no_types,
		/* A single list that is too long is an error. The user can shorten it. */
		.drops_excess = asked->request_count > 1 || asked->wants_parameters,
	};
	int r = function_captures_values(asked, part, &values, err);

	if (r < 0)
		return r;
	request.arguments = values.items;
	request.argument_count = values.count;
	request.wants_arguments = values.count > 0 || (asked->wants_parameters && !at_return) ||
				  (request.notes_results && names_results(asked));
	if (part == CAPTURES_AT_CALL && !asked->awaits_return && !task->spec->within_requests) {
		request.wanted = task->spec->wanted;
		request.wanted_count = task->spec->wanted_count;
	}
	if (!at_return)
		parameters = function_call_parameters(asked->signature);
	call_captures_init(&captures, &parameters,
			   asked->awaits_return && part != CAPTURES_AT_ONCE);
	request.capture_count = captures.count;
	request.capture_roots = (struct scope_roots){ captures.roots, CALL_ROOTS };
	r = probe_compile(task->binary, &request, &task->spec->values, probe, err);
	*ret_returned_count = values.returned_count;
	probe_values_finish(&values);
	return r;
}

static bool returns_at(const struct probe *end, uint64_t file_offset)
{
	for (size_t i = 0; i < end->returns.count; i++) {
		if (end->returns.file_offsets[i] == file_offset)
			return true;
	}
	return false;
}

/*
 * A function that returns with its first instruction has one probe, which reads parameters and results: the order of
 * two probes on one instruction is not defined.
 */
static int compile_at_once(const struct task *task, struct probe_pair *pair, struct error *err)
{
	probe_pair_finish(pair);
	*pair = (struct probe_pair){ .returns_at_once = true };
	return compile_probe(task, CAPTURES_AT_ONCE, &pair->call, &pair->returned_count, err);
}

/* The function that is probed as the end of a goroutine cannot be traced as a call that returns. */
static bool ends_goroutine(const struct function *function)
{
	return strcmp(function->name, protocol_goroutine_end.function) == 0;
}

/* A call whose return cannot be observed is not traced either. */
static int compile_pair(const struct task *task, struct probe_pair *ret_pair, struct error *err)
{
	struct probe_pair pair = { .awaits_return = task->captures->awaits_return };
	int r;

	if (pair.awaits_return && ends_goroutine(task->function))
		return error_fail(err, -ENOENT, "function %s never returns: it ends its goroutine",
				  task->function->name);
	r = compile_probe(task, CAPTURES_AT_CALL, &pair.call, &pair.returned_count, err);

	if (r == 0 && pair.awaits_return)
		r = compile_probe(task, CAPTURES_AT_RETURN, &pair.end, &pair.returned_count, err);
	if (r == 0 && pair.awaits_return && returns_at(&pair.end, pair.call.site.file_offset))
		r = compile_at_once(task, &pair, err);
	if (r < 0)
		probe_pair_finish(&pair);
	else
		*ret_pair = pair;
	return r;
}

/* Adds the pair, which is then owned by the probe set. */
static int add_pair(struct probe_set *probe_set, const struct task *task,
		    const struct probe_pair *pair, struct error *err)
{
	const char *function = task->function->name;
	struct probe_candidate *call = probe_set_grow(probe_set, function, PLAN_ROLE_CALL, err),
			       *end;

	if (!call)
		return -ENOMEM;
	call->probe = pair->call;
	if (task->spec->extras & EXTRA_LINKS)
		call->context_types = context_types_of(task->binary->types);
	call->among_requests = task->spec->within_requests;
	call->awaits_return = pair->awaits_return;
	call->returns_at_once = pair->returns_at_once;
	if (pair->returns_at_once)
		call->returned_count = pair->returned_count;
	if (!pair->awaits_return)
		return 0;
	end = probe_set_grow(probe_set, function, PLAN_ROLE_RETURN, err);
	if (!end) {
		/* The caller releases the pair. */
		probe_set->probes[probe_set->count - 1].probe = (struct probe){ 0 };
		return -ENOMEM;
	}
	end->probe = pair->end;
	end->returned_count = pair->returned_count;
	return 0;
}

static int compile_task(struct probe_set *probe_set, const struct task *task, struct error *err)
{
	struct probe_pair pair;
	struct error why = { 0 };
	int r = compile_pair(task, &pair, &why);

	if (r < 0)
		return probe_set_refuse(probe_set, task->function->name, &why, err);
	r = add_pair(probe_set, task, &pair, err);
	if (r < 0)
		probe_pair_finish(&pair);
	return r;
}

/* ---- merging requests for a function ---- */

static int find_signature(const struct binary *binary, const struct function *function,
			  const struct signature **ret_signature, struct error *err)
{
	struct error why = { 0 };
	int r = function_signature(binary, function, ret_signature, NULL, &why);

	if (r < 0 && types_have_declaration(binary->types, function->name))
		return error_adopt(err, &why);
	if (r < 0) {
		error_fail(err, r, "the parameters of function %s are not known: %s",
			   function->name, why.what);
		if (why.hint[0])
			error_hint(
				err,
				"%s, or give its signature by --signature; FUNCTION() captures nothing and needs no types",
				why.hint);
	}
	return r;
}

/* Returns whether the request could be compiled if it were the only one. */
static int try_alone(const struct task *all, const struct function_request *request,
		     struct error *err)
{
	struct function_captures captures;
	struct probe_pair pair;
	struct task task = *all;
	int r;

	function_captures_init(&captures, all->function->name, all->captures->signature,
			       all->spec->latency);
	r = function_captures_add(&captures, request, err);
	task.captures = &captures;
	if (r == 0)
		r = compile_pair(&task, &pair, err);
	if (r == 0)
		probe_pair_finish(&pair);
	function_captures_finish(&captures);
	return r;
}

/*
 * Merges all requests for a function. A request that does not match the function is refused without effect on the
 * others. If two requests contradict each other, the function is not traced. `unknown`: why the types of the function
 * are not known; NULL if they are known. Returns whether something is left to trace.
 */
static int unite_requests(struct probe_set *probe_set, const struct listed_function *listed,
			  const struct task *task, const struct error *unknown,
			  struct function_captures *captures, struct error *err)
{
	const char *name = listed->function.name;
	int r = 0;

	for (size_t i = 0; r == 0 && i < listed->request_count; i++) {
		const struct function_request *request = listed->requests[i];
		struct error why = { 0 }, contradiction = { 0 };

		if (unknown && function_request_needs_types(request)) {
			r = probe_set_refuse(probe_set, name, unknown, err);
			continue;
		}
		if (listed->request_count > 1 && try_alone(task, request, &why) < 0) {
			r = probe_set_refuse(probe_set, name, &why, err);
			continue;
		}
		if (function_captures_add(captures, request, &why) == 0)
			continue;
		error_fail(&contradiction, why.code, "%s: %s", name, why.what);
		error_quote(&contradiction, why.quote, why.quote_at);
		return probe_set_refuse(probe_set, name, &contradiction, err);
	}
	return r < 0 ? r : captures->request_count > 0;
}

static int add_listed_function(struct probe_set *probe_set, const struct listed_function *listed,
			       const struct trace_spec *spec, const struct learned_probes *learned,
			       struct error *err)
{
	static const struct signature nothing = { 0 };
	const struct signature *signature = &nothing;
	struct function_captures captures;
	struct error why = { 0 };
	struct task task = { probe_set->binary, spec, &listed->function, &captures, learned };
	bool unknown = find_signature(probe_set->binary, &listed->function, &signature, &why) < 0;
	int r;

	function_captures_init(&captures, listed->function.name, signature, spec->latency);
	r = unite_requests(probe_set, listed, &task, unknown ? &why : NULL, &captures, err);
	if (r > 0)
		r = compile_task(probe_set, &task, err);
	function_captures_finish(&captures);
	return r;
}

/* ---- requests ---- */

/* Reports that a request matches no function, or more functions than are traced. */
static int check_match_count(struct probe_set *probe_set, const struct function_request *request,
			     size_t max, size_t meant, struct error *err)
{
	struct error why = { 0 };
	int r;

	if (meant > 0 && meant <= max)
		return 0;
	if (meant == 0 && request->is_optional)
		return 0;
	if (meant == 0) {
		function_missing(probe_set->binary, request->function, &why);
		return probe_set_refuse(probe_set, request->function, &why, err);
	}
	error_fail(&why, -E2BIG, "%s matches %zu functions: the first %zu are traced",
		   request->function, meant, max);
	error_hint(&why, "--max-functions allows more");
	r = probe_set_refuse(probe_set, request->function, &why, err);
	if (r == 0)
		probe_set->probes[probe_set->count - 1].is_excess = true;
	return r;
}

/* Returns whether an earlier request has the same function, so that the same message was already reported. */
static bool is_repeated(const struct function_request *requests, size_t number)
{
	for (size_t i = 0; i < number; i++) {
		if (strcmp(requests[i].function, requests[number].function) == 0)
			return true;
	}
	return false;
}

static int list_functions(struct probe_set *probe_set, const struct trace_spec *spec,
			  struct function_list *list, struct error *err)
{
	size_t max = spec->max_functions ? spec->max_functions : FUNCTION_LIST_PATTERN_MAX;
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->function_count; i++) {
		size_t meant = 0;

		r = function_list_add(list, probe_set->binary, &spec->functions[i], max, &meant,
				      err);
		if (r == 0 && !is_repeated(spec->functions, i))
			r = check_match_count(probe_set, &spec->functions[i], max, meant, err);
	}
	return r;
}

static bool is_listed(const struct function_list *list, const char *function)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].function.name, function) == 0)
			return true;
	}
	return false;
}

/* A signature that nothing is traced by may be of a name that is misspelt. */
static int check_declarations(struct probe_set *probe_set, const struct declarations *declarations,
			      const struct function_list *list, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && declarations && i < declarations->count; i++) {
		const char *function = declarations->items[i].function;
		struct error why = { 0 };

		if (is_listed(list, function))
			continue;
		declaration_unused(probe_set->binary, function, &why);
		r = probe_set_refuse(probe_set, function, &why, err);
	}
	return r;
}

static bool awaits_returns(const struct probe_set *probe_set)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		if (probe_set->probes[i].result == 0 &&
		    probe_set->probes[i].role == PLAN_ROLE_RETURN)
			return true;
	}
	return false;
}

/* The end of a goroutine also ends its open calls, for example after a panic that was recovered in a caller. */
static int add_goroutine_end(struct probe_set *probe_set, const struct capture_spec *values,
			     struct error *err)
{
	struct probe_candidate *probe = probe_set_grow(probe_set, protocol_goroutine_end.function,
						       PLAN_ROLE_GOROUTINE_EXIT, err);

	if (!probe)
		return -ENOMEM;
	probe->result = probe_compile(probe_set->binary, &protocol_goroutine_end, values,
				      &probe->probe, &probe->why);
	return 0;
}

int probe_set_of_functions(const struct binary *binary, const struct trace_spec *spec,
			   const struct learned_probes *learned, struct probe_set *ret_probe_set,
			   struct error *err)
{
	struct function_list list = { 0 };
	struct probe_set probe_set = { 0 };
	int r = probe_set_init(&probe_set, binary, 0, err);

	if (r == 0)
		r = list_functions(&probe_set, spec, &list, err);
	if (r == 0)
		r = check_declarations(&probe_set, spec->declarations, &list, err);
	for (size_t i = 0; r == 0 && i < list.count; i++)
		r = add_listed_function(&probe_set, &list.items[i], spec, learned, err);
	if (r == 0 && awaits_returns(&probe_set))
		r = add_goroutine_end(&probe_set, &spec->values, err);
	function_list_finish(&list);
	if (r < 0)
		probe_set_finish(&probe_set);
	else
		*ret_probe_set = probe_set;
	return r;
}
