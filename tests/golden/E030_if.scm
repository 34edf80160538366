Score: 0..100
Pass: binary
Pass := if Score - 50 then 1 else 0
