#include "store/directory_steps.hpp"

#include <algorithm>

namespace touchstone::store {

Result<std::optional<std::string>> next_directory(Database& database, const DirectorySteps& steps, const std::string& scope,
                                                  const std::string& after) {
    const bool everything = is_everything(scope);
    const Below below(everything ? std::string() : scope);
    if (!everything && after < scope) {
        auto own = database.query(steps.at);
        if (!own) return fail(own.error());
        own->bind_blob(1, scope);
        const auto row = own->step();
        if (!row) return fail(row.error());
        if (*row) return scope;
    }
    auto next = database.query(steps.between);
    if (!next) return fail(next.error());
    const auto& from = everything ? after : std::max(after, below.from);
    next->bind_blob(1, from).bind_blob(2, below.to);
    const auto row = next->step();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    // A damaged tree may hand out anything: going backwards would never end.
    if (!next->is_blob(0) || next->blob(0) <= after) return fail(database.corrupt("its directories are not in order"));
    return std::string(next->blob(0));
}

}  // namespace touchstone::store
