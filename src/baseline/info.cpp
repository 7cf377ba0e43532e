#include <charconv>

#include "format.hpp"
#include "store/stored.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using Values = std::map<std::string, std::string>;

template <class Integer>
std::optional<Integer> parse(const std::string& text) {
    Integer value{};
    const auto end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc() || stopped != end) return std::nullopt;
    return value;
}

Result<Values> read_values(store::Database& database) {
    auto query = database.query("SELECT key,value FROM info");
    if (!query) return fail(query.error());
    Values values;
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return values;
        values.emplace(query->blob(0), query->blob(1));
    }
}

}  // namespace

Result<BaselineInfo> read_info(store::Database& database) {
    auto values = read_values(database);
    if (!values) return fail(values.error());
    BaselineInfo info;
    info.id = (*values)["id"];
    info.host = (*values)["host"];
    info.built_by = (*values)["built_by"];
    info.version = (*values)["version"];
    const auto digest = digest_algorithm((*values)["digest"]);
    const auto built_at = parse<std::int64_t>((*values)["built_at"]);
    const auto objects = parse<std::uint64_t>((*values)["objects"]);
    if (info.id.size() != 64 || !from_hex(info.id) || !digest || !built_at || !objects)
        return fail(database.corrupt("table info is incomplete or damaged"));
    info.digest = *digest;
    info.built_at = store::time_from_stored(*built_at);
    info.objects = *objects;
    return info;
}

Status write_info(store::Database& database, const BaselineInfo& info) {
    const Values values{{"built_at", std::to_string(store::to_stored(info.built_at))},
                        {"built_by", info.built_by},
                        {"digest", std::string(config_name(info.digest))},
                        {"host", info.host},
                        {"objects", std::to_string(info.objects)},
                        {"version", info.version},
                        {"id", info.id}};
    for (const auto& [key, value] : values) {
        if (key == "id" && value.empty()) continue;
        auto query = database.query("INSERT OR REPLACE INTO info(key,value) VALUES(?1,?2)");
        if (!query) return fail(query.error());
        if (auto done = query->bind_blob(1, key).bind_blob(2, value).run(); !done) return done;
    }
    return {};
}

}  // namespace touchstone
