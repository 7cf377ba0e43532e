#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "format.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::int64_t kPage = 256;

// One renamed directory (or file): rewrites what is known below `from` to be known below `to`.
class Move {
public:
    Move(ObjectTable& objects, BaselineReader* baseline, const std::string& from, const std::string& to)
        : objects_(objects), baseline_(baseline), from_(from), to_(to) {}

    Result<std::uint64_t> run() {
        if (auto done = move_baseline(); !done) return fail(done.error());
        if (auto done = move_reported(); !done) return fail(done.error());
        return moved_;
    }

private:
    // What the baseline holds below `from`, as last reported where it was; an absence stays behind.
    Status move_baseline() {
        if (baseline_ == nullptr) return {};
        Status written;
        const auto move = [&](const Observation& row) {
            written = move_one(row);
            return written.has_value();
        };
        if (auto read = baseline_->each(from_, move); !read) return read;
        return written;
    }

    Status move_one(const Observation& in_baseline) {
        const auto reported = objects_.find(in_baseline.path);
        if (!reported) return fail(reported.error());
        const auto& known = *reported ? **reported : in_baseline;
        if (known.absent()) return {};
        if (auto done = arrive(known); !done) return done;
        Observation absence;
        absence.path = in_baseline.path;
        absence.looked_at = known.looked_at;
        return objects_.put(absence);
    }

    // What only the state knows below `from`; nothing stays behind. A page at a time, for a query must not run while its table is written.
    Status move_reported() {
        for (std::string last;;) {
            const auto rows = objects_.page(from_, last, kPage);
            if (!rows) return fail(rows.error());
            for (const auto& row : *rows) {
                if (auto done = arrive(row); !done) return done;
                if (auto erased = objects_.erase(row.path); !erased) return fail(erased.error());
            }
            if (rows->empty()) return {};
            last = rows->back().path;
        }
    }

    // Under its new name; no row is needed when it comes back to where the baseline has the very same.
    Status arrive(Observation known) {
        known.path = to_ + known.path.substr(from_.size());
        ++moved_;
        if (baseline_ != nullptr && !known.follows_baseline) {
            const auto there = baseline_->find(known.path);
            if (!there) return fail(there.error());
            if (*there && (*there)->look == known.look) {
                const auto erased = objects_.erase(known.path);
                return erased ? Status{} : Status(fail(erased.error()));
            }
        }
        return objects_.put(known);
    }

    ObjectTable& objects_;
    BaselineReader* baseline_;
    const std::string& from_;
    const std::string& to_;
    std::uint64_t moved_ = 0;
};

// No name can be "."; what is put here is never committed.
std::string aside(std::size_t index) { return fmt::format("/./{}", index); }

bool overlap(const std::string& one, const std::string& other) { return is_within(one, other) || is_within(other, one); }

// Does one of them go where another, or itself, comes from?
bool cross(const std::vector<TreeMove>& moves) {
    return std::any_of(moves.begin(), moves.end(), [&](const TreeMove& one) {
        return std::any_of(moves.begin(), moves.end(), [&](const TreeMove& other) { return overlap(one.to, other.from); });
    });
}

}  // namespace

Result<std::vector<std::uint64_t>> State::move_trees(const std::vector<TreeMove>& moves, BaselineReader* baseline) {
    // What lies deeper leaves first, or it would be taken along by what holds it.
    std::vector<std::size_t> order(moves.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return moves[a].from.size() > moves[b].from.size(); });
    const bool by_detour = cross(moves);
    std::vector<std::uint64_t> moved(moves.size());
    for (const auto i : order) {
        const auto one = move_tree(moves[i].from, by_detour ? aside(i) : moves[i].to, baseline);
        if (!one) return fail(one.error());
        moved[i] = *one;
    }
    for (std::size_t i = 0; by_detour && i < moves.size(); ++i)
        if (const auto one = move_tree(aside(i), moves[i].to, baseline); !one) return fail(one.error());
    return moved;
}

Result<std::uint64_t> State::move_tree(const std::string& from, const std::string& to, BaselineReader* baseline) {
    if (from == to) return 0;
    if (!from.starts_with('/') || !to.starts_with('/') || is_within(from, to) || is_within(to, from))
        return fail(Error{fmt::format("move \"{}\" to \"{}\": one holds the other", printable(from), printable(to)), ErrorKind::bad_input, 0});
    return Move(*impl_->objects, baseline, from, to).run();
}

}  // namespace touchstone
