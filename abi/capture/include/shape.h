/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SHAPE_H
#define GOHTTPSNOOP_ABI_SHAPE_H

#include "capture_spec.h"
#include "learned_types.h"
#include "type_names.h"
#include "value_step.h"
#include "walk.h"

/*
 * The structure of a captured value: a tree whose nodes say which cells of a record contain which part of the
 * value, so that the record can be written out as the value. The nodes are in one array, each before its
 * children.
 */
enum shape_kind {
	/* A bool, a number, a string or an address: the value of the cell. */
	SHAPE_CELL,
	/* children: the fields, by name. */
	SHAPE_STRUCT,
	/* A struct or array of size 0; cell: the pointer that leads to it. */
	SHAPE_EMPTY,
	/* cell: the pointer; child: its target, unless it is left out. */
	SHAPE_POINTER,
	/* count: the length of the array; children: the first elements. */
	SHAPE_ARRAY,
	/* cell: the pointer, second: the length of the slice; children: the first elements. */
	SHAPE_SLICE,
	/* A []byte; cell: the pointer, second: a string with the bytes. */
	SHAPE_BYTES,
	/* count: the length of the array; cell: the first of `second` consecutive cells with its first bytes. */
	SHAPE_BYTE_ARRAY,
	/* cell: the pointer, second: the number of entries; children: keys and elements in turn. */
	SHAPE_MAP,
	/*
	 * cell: the first word, second: the hash of the dynamic type, count: the number of the cell with the
	 * second word; children: the possible values, each with the hash and the name of its type.
	 */
	SHAPE_INTERFACE,
	/* As SHAPE_INTERFACE, without count: the value is that of one of the children, or it does not exist. */
	SHAPE_CHOICE,
	/* cell: the first word of an interface, second: the hash of its dynamic type, whose name is the value. */
	SHAPE_TYPE_NAME,
	/*
	 * A value whose type depends on the running instance of a generic function. cell: the pointer to the
	 * dictionary, second: the hash of the type in the dictionary; children: the possible values, each with
	 * the hash and the name of its type; the last child is for any other type. For a result at the return
	 * of the function, count is its number, from 1: the hash is in the record of the function's begin, in
	 * the cell that result_hashes tells.
	 */
	SHAPE_INSTANCE,
	/* cell and second: the real and the imaginary part. */
	SHAPE_COMPLEX,
	/*
	 * cell and second: the words of a time.Time; children, if any: cacheStart and cacheEnd of its location,
	 * and the offset of cacheZone.
	 */
	SHAPE_TIME,
	/* Shown as text; count: the text_form; children: the parts of the text. */
	SHAPE_TEXT,
	/* cell: whether there is a value; child: the value. */
	SHAPE_OPTIONAL,
	/* cell: nanoseconds. */
	SHAPE_DURATION,
	/* cell: a pointer, second: the length; the length is 0 if the pointer is nil. */
	SHAPE_LENGTH,
	/* count: the number. */
	SHAPE_NUMBER,
	/* A hidden value; cell: its length, or the pointer that leads to it; count 1: it exists without a cell. */
	SHAPE_SECRET,
	/* cell: a string, the key next to the value, which decides whether the value is secret; child: the value. */
	SHAPE_GUARDED,
	/*
	 * Only the type is shown; cell: the pointer that leads to the value, or a register of the value; count:
	 * the offset of the type's name in the names.
	 */
	SHAPE_OPAQUE,
	/* An error that is shown as its text; cell: the pointer to it; child: the text. */
	SHAPE_ERROR,
	/* A value that cannot be read in this binary, or was left out. */
	SHAPE_NULL,
};

enum { SHAPE_MAX_RESULTS = 8 };

/* The form of the text of a value, and the parts (children) of which the text is made. */
enum text_form {
	TEXT_UUID,	       /* an array of 16 bytes */
	TEXT_IP,	       /* a slice of bytes */
	TEXT_IP_MASK,	       /* a slice of bytes */
	TEXT_HARDWARE_ADDRESS, /* a slice of bytes */
	/* netip.Addr since Go 1.23: high and low word, the pointer z, whether it is IPv6, its zone. */
	TEXT_ADDRESS,
	/*
	 * netip.Addr up to Go 1.22: high and low word, the pointer z, the z of all IPv4 addresses, whether
	 * there is a zone, the zone.
	 */
	TEXT_ADDRESS_INTERN,
	TEXT_ADDRESS_PORT,    /* a netip.Addr, the port */
	TEXT_PREFIX,	      /* a netip.Addr, the number of bits */
	TEXT_PREFIX_PLUS_ONE, /* a netip.Addr, the number of bits plus one */
	TEXT_INTEGER,	      /* whether it is negative, a slice of words */
	/* The fields of a url.URL, by name; of its User: username, password unless it is hidden, passwordSet. */
	TEXT_URL,
	TEXT_FORMS,
};

struct shape_node {
	uint8_t kind;
	bool cut; /* the value has more parts than the children, or was left out */
	uint8_t cell, second;
	uint16_t size; /* number of nodes in the subtree, including this node */
	uint16_t name; /* offset in the names: the name of a field, or of the type of a possible value */
	uint32_t hash;	    /* hash of the type of a possible value */
	uint32_t interface; /* INTERFACE, CHOICE: identifies the interface type: a hash of its name */
	uint16_t position; /* of a capture, see struct value_request */
	uint8_t sources; /* of a capture: the sources of the types by which its value is found and decoded */
	uint64_t count;
};

/*
 * The tree of several captures: a struct with one field for each capture, by name. Owns its arrays and a
 * reference to the type names.
 */
struct shape {
	struct shape_node *nodes;
	size_t node_count;
	char *names;
	size_t name_size;
	const struct capture_spec *spec; /* how the value is shown */
	struct type_names *type_names; /* names of the dynamic types of interfaces; NULL: unknown */
	/*
	 * At the begin of a generic function, by result number: the cell with the hash of the type that the
	 * result has in the running instance, plus one. 0: there is no such cell. The hashes are captured at
	 * the begin because the dictionary is not available at the return.
	 */
	uint8_t result_hashes[SHAPE_MAX_RESULTS];
};

/* How much of a value is captured. */
struct shape_bounds {
	uint8_t depth;	   /* nesting of structs, arrays, slices and maps */
	uint16_t width;	   /* elements of an array, slice or map */
	uint8_t recursion; /* nesting of a struct in structs of the same type */
	uint16_t bytes;	   /* bytes of an array of bytes */
	uint8_t types; /* possible types of an interface or a generic value, besides the learned ones */
	bool allows_missing; /* a value that does not exist in this binary is a gap, too */
	const struct capture_spec *spec;
	bool has_limit; /* captures from number `limit` on are left out: null, with `cut` set */
	size_t limit;
	const struct learned_types *learned; /* types that were seen in interfaces; may be NULL */
};

/* A value to capture. */
struct value_request {
	const struct expression *expression;
	bool shows_type; /* show only the type of the value */
	uint16_t position; /* position among all captures of an event, which may come from several probes */
};

/* Why a capture is null. */
struct shape_gap {
	char name[EXPRESSION_MAX_NAME];
	char why[160];
};

enum { SHAPE_MAX_GAPS = 8 };

struct shape_gaps {
	struct shape_gap gaps[SHAPE_MAX_GAPS];
	size_t count;
	/* there are pointers of unknown type, which are shown as addresses; see is_any_pointer in type.h */
	bool has_any_pointers;
};

/*
 * Composes the shape of the values of these expressions: a struct. A value that exists but cannot be read in
 * this binary becomes null, with a gap that says why; `gaps` may be NULL. -EINVAL or -ENOENT if an expression
 * is wrong; -E2BIG if the plan has no room for the values within these bounds.
 */
int shape_create(const struct scope *scope, const struct value_request *values, size_t count,
		 struct shape_bounds bounds, struct plan_builder *builder, struct shape *ret_shape,
		 struct shape_gaps *gaps, struct error *err);
void shape_finish(struct shape *shape);

/* Returns whether the shape has interfaces, of which more types may be learned. */
bool shape_has_interfaces(const struct shape *shape);

/* Returns the cell of a value that fits into one cell; -ENOTSUP for other values. */
int shape_leaf(const struct walk *walk, struct cell *ret_cell, struct error *err);

/*
 * Returns the cell of the integer to which these steps lead from the object of all captures; -ENOENT if there is none, or
 * if that depends on the value (a map, an interface).
 */
int shape_find_integer(const struct shape *shape, const struct value_step *steps, size_t count,
		       const struct plan_builder *builder);

const char *shape_name(const struct shape *shape, const struct shape_node *node);

/* Returns the name of the type of an opaque value: "*bufio.Reader". */
const char *shape_type_name(const struct shape *shape, const struct shape_node *node);

#endif
