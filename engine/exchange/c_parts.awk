# SPDX-License-Identifier: Apache-2.0
# The C files of c_parts/ as entries {"name", "text"} of a table: what stands between "part: name" and the next.
/^\/\* part: [a-z_]+ \*\/$/ { if (open) print "},"; printf "{\"%s\",", $3; open = 1; next }
/^\/\* parts end \*\/$/ { if (open) print "},"; open = 0; next }
open { gsub(/\\/, "&&"); gsub(/["?]/, "\\\\&"); printf "\n \"%s\\n\"", $0 }
