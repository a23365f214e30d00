/* SPDX-License-Identifier: MIT */
#include "protocol_registry.h"

#define ADDRESS_OF_PROTOCOL(name) &protocol_##name,

const struct protocol *const protocol_registry[] = { PROTOCOLS(ADDRESS_OF_PROTOCOL) };

const size_t protocol_registry_count = sizeof(protocol_registry) / sizeof(protocol_registry[0]);
