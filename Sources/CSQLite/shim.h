// SQLite for Swift: the library, and what Swift cannot import of it.
#pragma once
#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast, which Swift does not import. It makes SQLite copy the bytes at once.
static inline int sqlite3_bind_text_copy(sqlite3_stmt *statement, int index, const char *bytes,
                                         int count) {
  return sqlite3_bind_text(statement, index, bytes, count, SQLITE_TRANSIENT);
}

static inline int sqlite3_bind_blob_copy(sqlite3_stmt *statement, int index, const void *bytes,
                                         int count) {
  return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// sqlite3_config is variadic. It has an effect only before the first database is opened.
static inline int sqlite3_config_without_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
