#include "build.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nearest.hpp"
#include "settings.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::config {
namespace {

std::string dotted(std::string_view table, std::string_view key) { return table.empty() ? std::string(key) : fmt::format("{}.{}", table, key); }

const Setting* setting_of(std::string_view key) {
    const auto all = settings();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& setting) { return setting.key == key; });
    return found == all.end() ? nullptr : &*found;
}

bool is_table(std::string_view key) {
    const auto prefix = fmt::format("{}.", key);
    const auto all = settings();
    return std::any_of(all.begin(), all.end(), [&](const auto& setting) { return setting.key.starts_with(prefix); });
}

// What may stand directly in a table.
std::vector<std::string_view> keys_in(std::string_view table) {
    std::vector<std::string_view> keys;
    const auto prefix = table.empty() ? std::string{} : fmt::format("{}.", table);
    for (const auto& setting : settings()) {
        if (!setting.key.starts_with(prefix)) continue;
        const auto rest = setting.key.substr(prefix.size());
        const auto key = rest.substr(0, rest.find('.'));
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
    if (table.empty()) keys.insert(keys.end(), {"watch", "expect"});
    return keys;
}

// A key that is right but stands in the wrong table: "[limits] pending".
std::string elsewhere(std::string_view key) {
    for (const auto& setting : settings()) {
        const auto dot = setting.key.rfind('.');
        if (setting.key.substr(dot + 1) == key) return fmt::format("`{}` belongs in [{}]", key, setting.key.substr(0, dot));
    }
    return {};
}

class FileReader {
public:
    FileReader(const SourceRef& source, Draft& draft) : source_(source), draft_(draft) {}

    void read(const Node& table, const std::string& name) {
        for (const auto& node : table.members) read_member(name, node.name, node);
    }

private:
    void read_member(const std::string& table, const std::string& key, const Node& node) {
        const auto full = dotted(table, key);
        // A quoted key may hold a dot and would look like one of ours.
        if (key.find('.') != std::string::npos) return unknown(table, key, node);
        if (const auto* setting = setting_of(full)) return read_setting(*setting, node);
        if (full == "watch") return add_watches(source_, node, draft_);
        if (full == "expect") return add_expectations(source_, node, draft_);
        if (!is_table(full)) return unknown(table, key, node);
        if (node.kind == Node::Kind::table) return read(node, full);
        draft_.problems.add({source_, node.key}, fmt::format("`{}` is a table", full), fmt::format("write [{}] and its keys below it", full));
    }

    void read_setting(const Setting& setting, const Node& node) {
        if (auto fault = assign(setting, node, draft_.loaded.config))
            return draft_.problems.add({source_, node.value}, fmt::format("{}: {}", setting.key, fault->what), std::move(fault->right));
        draft_.set_place(std::string(setting.key), {source_, node.value});
    }

    void unknown(const std::string& table, const std::string& key, const Node& node) {
        const auto keys = keys_in(table);
        auto right = nearest(key, keys).empty() ? elsewhere(key) : std::string{};
        if (right.empty()) right = suggestion(key, keys);
        const bool is_header = node.kind == Node::Kind::table;
        const auto where = table.empty() ? std::string{} : fmt::format(" in [{}]", table);
        draft_.problems.add({source_, node.key}, fmt::format("unknown {} `{}`{}", is_header ? "table" : "key", printable(key), where), right);
    }

    const SourceRef& source_;
    Draft& draft_;
};

}  // namespace

void Draft::set_place(const std::string& key, const Place& place) {
    places[key] = place;
    loaded.origins[key] = place.source->where(place.span);
}

void Draft::warn(const Place& place, const std::string& what) {
    loaded.warnings.push_back(fmt::format("{}: {}", place.source->where(place.span), what));
}

Result<LoadedConfig> build_config(const std::vector<SourceRef>& sources) {
    Draft draft;
    for (const auto& setting : settings()) draft.loaded.origins[std::string(setting.key)] = "default";
    for (const auto& source : sources) {
        draft.loaded.files.push_back(source->name());
        if (const auto root = parse_document(source, draft.problems)) FileReader(source, draft).read(*root, "");
    }
    // Only of what is right in itself: otherwise one mistake is told twice.
    if (draft.problems.empty() && !sources.empty()) check_consistency(sources.front(), draft);
    if (!draft.problems.empty()) return fail(draft.problems.to_error());
    return std::move(draft.loaded);
}

Result<LoadedConfig> parse_config(std::string name, std::string text) {
    return build_config({std::make_shared<const SourceText>(std::move(name), std::move(text))});
}

}  // namespace touchstone::config
