#include "moves.hpp"

#include <map>
#include <set>
#include <string_view>

#include "past.hpp"

namespace touchstone {
namespace {

// The renames as a graph. The first nodes are the subjects; names that are none (the group's limit) follow.
class RenameGraph {
public:
    RenameGraph(const std::vector<Subject>& group, const std::vector<Rename>& renames) {
        for (const auto& subject : group) nodes_.try_emplace(subject.touch.path, add_node());
        for (const auto& rename : renames) {
            const auto from = node(rename.from);
            const auto to = node(rename.to);
            if (!edges_.insert({from, to}).second) continue;
            out_[from].push_back(to);
            in_[to].push_back(from);
        }
    }

    bool renamed(std::size_t node) const { return !out_[node].empty() || !in_[node].empty(); }

    // Every other node in reach, nearest first: along the renames, or along and against them.
    std::vector<std::size_t> reach(std::size_t start, bool against_too) const {
        std::vector<std::size_t> found{start};
        std::vector<bool> seen(out_.size());
        seen[start] = true;
        const auto visit = [&](const std::vector<std::size_t>& next) {
            for (const auto each : next) {
                if (seen[each]) continue;
                seen[each] = true;
                found.push_back(each);
            }
        };
        for (std::size_t at = 0; at < found.size(); ++at) {
            const auto current = found[at];
            visit(out_[current]);
            if (against_too) visit(in_[current]);
        }
        found.erase(found.begin());
        return found;
    }

private:
    std::size_t add_node() {
        out_.emplace_back();
        in_.emplace_back();
        return out_.size() - 1;
    }
    std::size_t node(std::string_view path) {
        const auto at = nodes_.find(path);
        return at != nodes_.end() ? at->second : nodes_.emplace(path, add_node()).first->second;
    }

    std::map<std::string_view, std::size_t> nodes_;
    std::set<std::pair<std::size_t, std::size_t>> edges_;
    std::vector<std::vector<std::size_t>> out_, in_;
};

bool keeps_its_object(const Subject& subject) {
    return was_there(subject) && is_there(subject) &&
           identity(known_attributes(subject), attributes_of(subject.now.look)) != Identity::other;
}

class Tracer {
public:
    Tracer(const std::vector<Subject>& group, const std::vector<Rename>& renames) : group_(group), graph_(group, renames) {
        moves_.origin.resize(group.size());
        moves_.moved_to.resize(group.size());
        moves_.carrier.resize(group.size());
        moves_.chain_end.resize(group.size());
    }

    Moves run(const std::vector<Rename>& renames) {
        // A vacated name first: of two hard links that could have moved, that one did.
        for (const bool vacated : {true, false})
            for (std::size_t i = 0; i < group_.size(); ++i)
                if (was_there(group_[i]) && is_there(group_[i]) != vacated && !keeps_its_object(group_[i])) find_object_of(i);
        for (std::size_t i = 0; i < group_.size(); ++i)
            if (is_temporary(i)) find_carrier_of(i);
        close_chains(renames);
        return std::move(moves_);
    }

private:
    bool is_temporary(std::size_t i) const { return !was_there(group_[i]) && !is_there(group_[i]) && graph_.renamed(i); }

    // The order of renames and of what happened between them is not trusted: an exchange reads like a way there and back. What is found
    // under a name, and that renames lead to it, is.
    void find_object_of(std::size_t from) {
        for (const auto to : graph_.reach(from, false)) {
            if (to >= group_.size() || moves_.origin[to] || !is_there(group_[to]) || keeps_its_object(group_[to])) continue;
            const auto same = identity(known_attributes(group_[from]), attributes_of(group_[to].now.look));
            const bool likely = same == Identity::unknown && !is_there(group_[from]) && !was_there(group_[to]);
            if (same != Identity::same && !likely) continue;
            moves_.origin[to] = from;
            moves_.moved_to[from] = to;
            return;
        }
    }

    void find_carrier_of(std::size_t temporary) {
        for (const bool against_too : {false, true}) {
            for (const auto other : graph_.reach(temporary, against_too)) {
                if (other >= group_.size() || (!was_there(group_[other]) && !is_there(group_[other]))) continue;
                moves_.carrier[temporary] = !is_there(group_[other]) && moves_.moved_to[other] ? *moves_.moved_to[other] : other;
                return;
            }
        }
    }

    // Names that only lead to one another came and went as one object: the last of them speaks for all.
    void close_chains(const std::vector<Rename>& renames) {
        std::map<std::string_view, std::size_t> index;
        for (std::size_t i = 0; i < group_.size(); ++i) index.try_emplace(group_[i].touch.path, i);
        for (auto rename = renames.rbegin(); rename != renames.rend(); ++rename) {
            const auto at = index.find(rename->to);
            if (at == index.end() || !is_temporary(at->second) || moves_.carrier[at->second] || moves_.chain_end[at->second]) continue;
            moves_.chain_end[at->second] = true;
            for (const auto other : graph_.reach(at->second, true))
                if (other < group_.size()) moves_.carrier[other] = at->second;
        }
    }

    const std::vector<Subject>& group_;
    RenameGraph graph_;
    Moves moves_;
};

}  // namespace

Moves trace_moves(const std::vector<Subject>& group, const std::vector<Rename>& renames) { return Tracer(group, renames).run(renames); }

}  // namespace touchstone
