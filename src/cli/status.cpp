// `touchstone status`: asks the daemon; without one, says what is known of the last.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>

#include "daemon.hpp"
#include "exit_status.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "sections.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/control.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

using Json = nlohmann::ordered_json;

// The state keeps nanoseconds. Null when it holds anything else.
Json time_or_null(const std::string& stored) {
    std::int64_t nanoseconds = 0;
    const char* end = stored.data() + stored.size();
    const auto [stop, error] = std::from_chars(stored.data(), end, nanoseconds);
    return error == std::errc{} && stop == end ? Json(to_rfc3339(WallTime{Nanoseconds{nanoseconds}})) : Json(nullptr);
}

// Best effort: the state may be missing or not ours to read, and the answer stays the same.
Json last_known(const Config& config) {
    Json out{{"watching", false}, {"last_watching", nullptr}, {"last_full_comparison", nullptr}};
    auto store = KnownStore::open(config.baseline.path, config.state.path);
    if (!store) return out;
    if (const auto until = store->value("watching_until"); until && *until) out["last_watching"] = time_or_null(**until);
    if (const auto last = store->value("last_full_comparison"); last && *last) {
        const auto parsed = Json::parse(**last, nullptr, false);
        if (parsed.is_object()) out["last_full_comparison"] = parsed;
    }
    if (store->baseline()) out["baseline"] = {{"id", store->baseline()->info().id}, {"objects", store->baseline()->info().objects}};
    return out;
}

int report_absence(const Config& config, bool json) {
    const Json known = last_known(config);
    if (json) return print(known.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", kNotRunning);
    return print("the watch is off; start it with: systemctl start touchstone\n\n" + sections(known), kNotRunning);
}

}  // namespace

int status(const Session& session, const Arguments& arguments) {
    const Config& config = session.config();
    const auto line = ask_daemon(config.state.path, R"({"do":"status"})");
    if (!line) return is_absent(line.error()) ? report_absence(config, arguments.json) : fail_with(line.error());
    const Json answer = Json::parse(*line, nullptr, false);
    if (!answer.is_object()) return fail_with({"the daemon's answer is not a JSON object", ErrorKind::bad_input, 0});
    if (answer.contains("ok") && answer["ok"] == false) return fail_with({"the daemon refused: " + printable(answer.dump(-1, ' ', true)), ErrorKind::bad_input, 0});
    if (arguments.json) return print(answer.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", kSuccess);
    return print(sections(answer), kSuccess);
}

}  // namespace touchstone::cli
