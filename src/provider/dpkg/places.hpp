// Names that dpkg and apt make for themselves while they work.
#pragma once

#include <string>
#include <string_view>

namespace touchstone::dpkg {

bool is_dpkgs_own(std::string_view path);  // its database, its log; not what it keeps of packages (info/), which is theirs
bool is_apts_own(std::string_view path);   // its lists, its cache, its logs

// "/etc/x.dpkg-new" is made for "/etc/x", and ".../info/x.list-new" for ".../info/x.list": that path, and "" when it is no such name.
std::string made_for(std::string_view path);
bool is_passing(std::string_view path);  // such a name that dpkg takes away again: not what it leaves for the administrator

bool is_dpkg(std::string_view executable);
bool is_apt(std::string_view executable);

}  // namespace touchstone::dpkg
