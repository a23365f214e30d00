/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SHAPE_H
#define GOHTTPSNOOP_ABI_SHAPE_H

#include "capture_spec.h"
#include "learned_types.h"
#include "type_names.h"
#include "walk.h"

/*
 * What a captured value looks like: a tree whose leaves say which cells of a record hold it, so that a
 * record can be written out again as the value that a person would write. The nodes stand in one array,
 * each before its children.
 */
enum shape_kind {
	SHAPE_CELL,    /* a bool, a number, a string, an address: as the cell is */
	SHAPE_STRUCT,  /* children: the fields, by name */
	SHAPE_EMPTY,   /* a struct or array of no bytes; cell: whether there is one */
	SHAPE_POINTER, /* cell: the pointer; child: what it leads to, unless left out */
	SHAPE_ARRAY,   /* count: how many elements it has; children: the first of them */
	SHAPE_SLICE, /* cell: the pointer, second: how many elements; children: the first of them */
	SHAPE_BYTES, /* a []byte; cell: the pointer, second: a string */
	SHAPE_BYTE_ARRAY, /* count: how many bytes it has; cell: the first of `second` cells that hold
			   * the first of them, one after the other */
	SHAPE_MAP, /* cell: the pointer, second: how many entries; children: keys and elements */
	SHAPE_INTERFACE, /* cell: the first word, second: the hash of the type it holds, count: the second
			  * word; children: what it may hold, each with its type's hash and name */
	SHAPE_CHOICE, /* the same, where it holds one of these or the value is not there */
	SHAPE_INSTANCE, /* of a generic function; cell: its dictionary, second: the hash of the value's type in it;
			 * children: what it may be, each with its type's hash and name; the last: any other. Of a
			 * result where the function returns: count: its number, from 1 on, in result_hashes where it began */
	SHAPE_COMPLEX, /* cell and second: the two parts */
	SHAPE_TIME, /* cell and second: the words of a time.Time; children, if any: of its location
			 * cacheStart, cacheEnd, and the offset of cacheZone */
	SHAPE_TEXT, /* known by a text; count: how that is made; children: of what, see enum text_form */
	SHAPE_OPTIONAL, /* cell: whether there is a value; child: that */
	SHAPE_DURATION, /* cell: nanoseconds */
	SHAPE_LENGTH, /* cell: a pointer, second: the length, which is 0 where the pointer is nil */
	SHAPE_NUMBER, /* count */
	SHAPE_SECRET, /* not to be shown; cell: its length, or the pointer that leads to it; count: it is
		       * there without one */
	SHAPE_GUARDED, /* cell: the key beside it, a string, that says whether it is secret; child: the value */
	SHAPE_OPAQUE, /* shown by its type alone; cell: the pointer that leads to it, or a register of it;
		       * count: where in the names the type's begins */
	SHAPE_ERROR, /* an error that is made of a text; cell: the pointer to it; child: the text */
	SHAPE_NULL,  /* a value that this binary does not let be read */
};

enum { SHAPE_MAX_RESULTS = 8 };

/* How the text of a value is made, and of which children. */
enum text_form {
	TEXT_UUID, /* an array of 16 bytes */
	TEXT_IP,   /* a slice of bytes, as are the next two */
	TEXT_IP_MASK,
	TEXT_HARDWARE_ADDRESS,
	TEXT_ADDRESS, /* netip.Addr: high and low word, a pointer, whether it is IPv6, its zone */
	TEXT_ADDRESS_INTERN, /* the same: high and low word, a pointer, that of all IPv4, whether it has a
				* zone, which */
	TEXT_ADDRESS_PORT,    /* a netip.Addr, the port */
	TEXT_PREFIX,	      /* a netip.Addr, the bits */
	TEXT_PREFIX_PLUS_ONE, /* a netip.Addr, one more than the bits */
	TEXT_INTEGER,	      /* whether it is negative, a slice of words */
	TEXT_URL,	      /* the fields of a url.URL, by name; of its User the username, the
				* password unless that is hidden, and passwordSet */
	TEXT_FORMS,
};

struct shape_node {
	uint8_t kind;
	bool cut; /* there is more than the children */
	uint8_t cell, second;
	uint16_t size; /* nodes of the tree below, with this one */
	uint16_t name; /* where in the names it begins; of a field, or of a type an interface holds */
	uint32_t hash;	    /* of that type */
	uint32_t interface; /* INTERFACE, CHOICE: which interface type it is, a hash of the name */
	uint16_t position;  /* of a capture: see struct value_request */
	uint8_t sources; /* of a capture: of the types that its value was found and taken apart by */
	uint64_t count;
};

/* Plain, but owns its arrays and a reference to the names. The tree of several captures is one struct, with their names. */
struct shape {
	struct shape_node *nodes;
	size_t node_count;
	char *names;
	size_t name_size;
	const struct capture_spec *spec; /* how it is shown */
	struct type_names *type_names;	 /* of what interfaces hold; NULL: none is known */
	/*
	 * Where a generic function begins: the cells, plus one, with the hashes of the types that its results have in the
	 * instance that runs. 0: there is none. Where it returns nothing tells that any more.
	 */
	uint8_t result_hashes[SHAPE_MAX_RESULTS];
};

/* How much of a value is captured. */
struct shape_bounds {
	uint8_t depth;	     /* structs, arrays, slices and maps within each other */
	uint16_t width;	     /* elements of an array, a slice or a map */
	uint8_t recursion;   /* a struct within others of its type */
	uint16_t bytes;	     /* of an array of bytes */
	uint8_t types;	     /* of those that an interface may hold, beside the learned ones */
	bool allows_missing; /* what does not exist in this binary is a gap, too */
	const struct capture_spec *spec;
	bool has_limit; /* captures from number `limit` on are left out, as null and cut */
	size_t limit;
	const struct learned_types *learned; /* that interfaces were seen to hold; may be NULL */
};

/* A value that is to be captured. */
struct value_request {
	const struct expression *expression;
	bool shows_type;   /* and no more of it */
	uint16_t position; /* among all captures of an event, where these come from several probes */
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
	bool has_any_pointers; /* shown as addresses, see type.h */
};

/*
 * The shape of what these expressions say, as a struct. What can be named but not read in this binary becomes null, with a gap that says why. -EINVAL or -ENOENT when an
 * expression is wrong; -E2BIG when there is no room in the plan, also for the least bounds.
 */
int shape_create(const struct scope *scope, const struct value_request *values, size_t count,
		 struct shape_bounds bounds, struct plan_builder *builder, struct shape *ret_shape,
		 struct shape_gaps *gaps, struct error *err);
void shape_finish(struct shape *shape);

/* Whether there are interfaces in it, of which more types may be learned. */
bool shape_has_interfaces(const struct shape *shape);

/* The cell of a value that is one cell; -ENOTSUP for others. */
int shape_leaf(const struct walk *walk, struct cell *ret_cell, struct error *err);

const char *shape_name(const struct shape *shape, const struct shape_node *node);

/* The type of an opaque value, "*bufio.Reader". */
const char *shape_type_name(const struct shape *shape, const struct shape_node *node);

#endif
