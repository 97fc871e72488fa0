#include "CTomlPlusPlus.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 32
// The parser asserts what it then checks: `[$a]` is to be an error in a file, not the end of the process. With NDEBUG it
// would take the same for granted.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

namespace {

/// What a document's pointers point into.
struct Storage {
  toml::table root;
  std::vector<ctoml_node> nodes;
  std::string error;
};

ctoml_text text(std::string_view view) { return {view.data(), view.size()}; }

ctoml_position position(toml::source_position place) { return {place.line, place.column}; }

void add(ctoml_date_time &into, const toml::date &date) {
  into.year = date.year;
  into.month = date.month;
  into.day = date.day;
}

void add(ctoml_date_time &into, const toml::time &time) {
  into.hour = time.hour;
  into.minute = time.minute;
  into.second = time.second;
  into.nanosecond = time.nanosecond;
}

void append(std::vector<ctoml_node> &nodes, const toml::node &value, const toml::key *key);

void append_children(std::vector<ctoml_node> &nodes, const toml::table &table) {
  using Entry = toml::table::const_iterator;
  std::vector<Entry> entries;
  entries.reserve(table.size());
  for (auto entry = table.begin(); entry != table.end(); ++entry) entries.push_back(entry);
  // toml++ orders entries by name; people read them in the order of the text.
  std::sort(entries.begin(), entries.end(), [](const Entry &left, const Entry &right) {
    return left->first.source().begin < right->first.source().begin;
  });
  for (const auto &entry : entries) append(nodes, entry->second, &entry->first);
}

void append(std::vector<ctoml_node> &nodes, const toml::node &value, const toml::key *key) {
  ctoml_node node{};
  if (key) {
    node.key = text(key->str());
    node.key_position = position(key->source().begin);
  }
  node.position = position(value.source().begin);
  const auto index = nodes.size();
  switch (value.type()) {
    case toml::node_type::string:
      node.kind = ctoml_kind_string;
      node.string = text(value.ref<std::string>());
      break;
    case toml::node_type::integer:
      node.kind = ctoml_kind_integer;
      node.integer = value.ref<int64_t>();
      break;
    case toml::node_type::floating_point:
      node.kind = ctoml_kind_number;
      node.number = value.ref<double>();
      break;
    case toml::node_type::boolean:
      node.kind = ctoml_kind_boolean;
      node.boolean = value.ref<bool>();
      break;
    case toml::node_type::date:
      node.kind = ctoml_kind_local_date;
      add(node.date_time, value.ref<toml::date>());
      break;
    case toml::node_type::time:
      node.kind = ctoml_kind_local_time;
      add(node.date_time, value.ref<toml::time>());
      break;
    case toml::node_type::date_time: {
      const auto &both = value.ref<toml::date_time>();
      node.kind = both.offset ? ctoml_kind_offset_date_time : ctoml_kind_local_date_time;
      add(node.date_time, both.date);
      add(node.date_time, both.time);
      if (both.offset) node.date_time.offset = both.offset->minutes;
      break;
    }
    case toml::node_type::array:
      node.kind = ctoml_kind_array;
      nodes.push_back(node);
      for (const auto &element : *value.as_array()) append(nodes, element, nullptr);
      nodes[index].end = nodes.size();
      return;
    case toml::node_type::table:
    case toml::node_type::none:
      node.kind = ctoml_kind_table;
      nodes.push_back(node);
      if (const auto *table = value.as_table()) append_children(nodes, *table);
      nodes[index].end = nodes.size();
      return;
  }
  node.end = index + 1;
  nodes.push_back(node);
}

ctoml_document failed(std::string_view message, ctoml_position place) noexcept {
  ctoml_document document{};
  document.error_position = place;
  try {
    auto storage = std::make_unique<Storage>();
    storage->error = message;
    document.error = text(storage->error);
    document.storage = storage.release();
  } catch (...) {
    document.error = text("out of memory");
  }
  return document;
}

}  // namespace

ctoml_document ctoml_parse(const char *bytes, size_t count) {
  try {
    auto storage = std::make_unique<Storage>();
    storage->root = toml::parse(std::string_view{bytes, count});
    append(storage->nodes, storage->root, nullptr);
    ctoml_document document{};
    document.nodes = storage->nodes.data();
    document.count = storage->nodes.size();
    document.storage = storage.release();
    return document;
  } catch (const toml::parse_error &error) {
    return failed(error.description(), position(error.source().begin));
  } catch (const std::exception &error) {
    return failed(error.what(), {1, 1});
  } catch (...) {
    return failed("unexpected failure", {1, 1});
  }
}

void ctoml_free(ctoml_document document) { delete static_cast<Storage *>(document.storage); }
