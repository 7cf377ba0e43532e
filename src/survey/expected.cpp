#include "touchstone/bytes.hpp"
#include "touchstone/judge.hpp"
#include "touchstone/survey.hpp"

namespace touchstone {

Result<std::unique_ptr<Expected>> Expected::open(const std::string& baseline_file, const std::string& state_directory) {
    std::unique_ptr<Expected> expected(new Expected);
    auto store = KnownStore::open(baseline_file, state_directory);
    if (store && store->baseline()) {
        expected->store_.emplace(std::move(*store));
        expected->baseline_ = expected->store_->baseline();
        return expected;
    }
    // The baseline speaks for itself where the state cannot be read; only without a baseline there is nothing to hold against.
    auto alone = BaselineReader::open(baseline_file);
    if (!alone) return fail(alone.error());
    if (!store) expected->state_failure_ = store.error();
    expected->alone_.emplace(std::move(*alone));
    expected->baseline_ = &*expected->alone_;
    return expected;
}

Result<std::optional<Observation>> Expected::find(const std::string& path, Profile profile) {
    if (!store_ || profile != Profile::log) return baseline_->find(path);
    auto known = store_->find(path);
    if (!known) return known;
    auto row = baseline_->find(path);
    if (!row || !*known || !(*known)->follows_baseline) return row;
    if ((*known)->absent()) return std::optional<Observation>();  // rotated away
    return expected_of(*row, *known);  // content may have moved along; mode, owner and xattrs may not
}

Status Expected::children(const std::string& directory, const std::function<bool(const Glance&)>& visit) {
    return baseline_->children(directory, visit);
}

Result<std::optional<std::string>> Expected::next_directory(const std::string& scope, const std::string& after) {
    return baseline_->next_directory(scope, after);
}

Result<std::vector<std::string>> Expected::paths_of(ObjectId id) { return baseline_->paths_of(id); }

Status Expected::each_stand_in(const std::string& scope, const std::function<bool(const Observation&)>& visit) {
    if (!store_) return {};
    Status failed;
    auto all = store_->each_reported(scope, [&](const Observation& row) {
        if (!row.follows_baseline || row.absent()) return true;
        auto known = baseline_->find(row.path);
        if (!known) {
            failed = fail(known.error());
            return false;
        }
        return *known ? true : visit(row);
    });
    return failed ? all : failed;
}

}  // namespace touchstone
