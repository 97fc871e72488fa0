#pragma once

// TOML 1.0 with the position of every key and value: toml++ behind one struct and two functions.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of UTF-8; not terminated, and a zero may be among them.
typedef struct ctoml_text {
  const char *bytes;
  size_t count;
} ctoml_text;

/// A place in the document, both from 1; columns count Unicode scalars.
typedef struct ctoml_position {
  uint32_t line;
  uint32_t column;
} ctoml_position;

/// A date, a time or both, as written.
typedef struct ctoml_date_time {
  uint16_t year;
  uint8_t month, day;
  uint8_t hour, minute, second;
  uint32_t nanosecond;
  /// Minutes east of UTC.
  int16_t offset;
} ctoml_date_time;

typedef enum ctoml_kind {
  ctoml_kind_table,
  ctoml_kind_array,
  ctoml_kind_string,
  ctoml_kind_integer,
  ctoml_kind_number,
  ctoml_kind_boolean,
  ctoml_kind_local_date,
  ctoml_kind_local_time,
  ctoml_kind_local_date_time,
  ctoml_kind_offset_date_time,
} ctoml_kind;

/// A key (of a table's entry) with its value; which members mean something depends on the kind.
typedef struct ctoml_node {
  ctoml_kind kind;
  ctoml_text key;
  ctoml_position key_position;
  ctoml_position position;
  /// One past the index of the last node within this one; its first child follows it directly.
  size_t end;
  ctoml_text string;
  int64_t integer;
  double number;
  bool boolean;
  ctoml_date_time date_time;
} ctoml_node;

/// A document as its nodes, each before its children, children in the order of the text.
///
/// The first node is the root table. Where the text is no TOML there are no nodes but an error.
/// Every text belongs to the document.
typedef struct ctoml_document {
  const ctoml_node *nodes;
  size_t count;
  ctoml_text error;
  ctoml_position error_position;
  void *storage;
} ctoml_document;

/// Reads a document; it belongs to the caller, who ends it with `ctoml_free`. The bytes are not kept.
///
/// Values nest 32 deep at most. A dotted key makes one table a part, each of them a level of
/// recursion: the caller limits them.
ctoml_document ctoml_parse(const char *bytes, size_t count);

/// Ends a document and every text of it.
void ctoml_free(ctoml_document document);

#ifdef __cplusplus
}
#endif
