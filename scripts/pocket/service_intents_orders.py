"""Customers' intents about paying, prices, accounts, stock and sizes, in the notation of service_intents."""

TEXT = """
= payment | sp | payment methods; ways to pay; paying
~ cod instalments invoice gift_card
B: how one can pay; which payment methods there are; which cards are accepted
D: pay by card; pay with PayPal; pay in cash
Q:
how can (I|one|we) pay (online|in the shop|at your {kind}|for my order|)?
(do you|can you) (take|accept) (cards|credit cards|cash|paypal|american express|apple pay|cheques|debit cards)?
can I (pay|settle) (by card|with paypal|in cash|by bank transfer|with my phone|by credit card|contactless)?
(which|what) (payment methods|cards|ways to pay|payment options) (do you have|do you accept|do you take|are there)?
(payment|payment methods|paying|card or cash)?
is (paypal|a credit card|cash|bank transfer|card payment) (possible|accepted|ok|enough)?
I do not have a credit card, (how can I pay|can I still order|what else do you take).
I (only have|only use|would like to pay with) (cash|paypal|a debit card|a foreign card), (is that ok|does that work|do you take that).
my (card|payment) (was declined|does not work|is refused|did not go through).
the (payment|card|checkout) (fails|gives an error|does not work), (what else can I use|how else can I pay|what now).
do you only take (cash|cards|paypal)?
must I have a (card|credit card|paypal account) to (pay|order)?
with what can I pay?
at the till, (do you take cards|cash or card|can I use my phone)?
is there any other way to pay than by (card|paypal)?
what do you accept as payment?
E cod instalments invoice: (and how else can I pay|and by card|what other ways to pay are there)?
* p=pay
F: (you can pay by|we accept|payment by) {p}.
A: you can pay by {p}.
A: we accept {p}.

= cod | s | cash on delivery; paying the courier
~ payment delivery_cost instalments
B: whether cash on delivery is possible; whether the courier can be paid
D: pay the courier; pay cash on delivery; pay at the door
Q:
(do you offer|is there|can I have|do you do) cash on delivery?
can I pay (when it arrives|at the door|the courier|the postman|cash when the parcel comes|on delivery|when I get it)?
cash on delivery?
is it possible to pay (only when the parcel comes|the driver|at the front door|on receipt)?
I do not want to pay (in advance|before I have the goods|online), can I (give the money to the courier|pay at the door)?
may I (hand|give) the money to the (postman|courier|driver)?
does the courier (take|accept) (cash|money|cards)?
can I first get the parcel and then pay (the man at the door|in cash|the driver)?
I only pay when I have the {item} in my hands, (is that possible|do you do that)?
is paying (on delivery|at the door|the courier) an option?
E payment delivery_cost: (and cash on delivery|or can I pay the courier|can I pay when it comes)?
* 
F: cash on delivery is not (possible|offered).
A: I am sorry, we do not offer cash on delivery.
* c=price
F: cash on delivery (is possible for|costs an extra) {c}.
A: yes, cash on delivery is possible; it costs {c} extra.

= instalments | s | paying in instalments; monthly payments
~ payment invoice cod
B: whether paying in instalments is possible; whether one can pay monthly
D: pay in instalments; pay bit by bit; spread the cost; pay later
Q:
can I pay (in instalments|monthly|in parts|in several payments|in three parts|bit by bit|by the month)?
do you (offer|have|do) (instalments|monthly payments|financing|credit|a payment plan)?
is (paying in instalments|a payment plan|financing|paying later) possible?
{big} is a lot (at once|for me), (can I split it|can I pay it monthly|is there a payment plan)?
(instalments|monthly payment|payment plan|financing)?
can I (split|spread) the (price|cost|payment) (over some months|)?
I cannot pay everything (at once|today|in one go), (can I pay in parts|what can I do|are instalments possible).
may I pay (half now and half later|next month|after payday)?
how many (instalments|monthly payments) (are possible|can I make)?
can I buy {an} now and pay (later|next month|over half a year)?
is there (interest|a fee) if I pay (monthly|in instalments)?
E payment: (and in instalments|and monthly|can I also pay in parts)?
* n=num p=big
F: (paying in instalments|monthly payment) is possible from {p}.
A: yes, you can pay in instalments from {p}.
* 
F: paying in instalments is not possible.
A: I am sorry, paying in instalments is not possible.

= invoice | sp | an invoice; an invoice for a company; a bill
~ vat payment no_receipt wholesale
B: how to get an invoice; whether companies can order on invoice
D: get an invoice; pay by invoice; order for my company; have a bill with our company name
Q:
can I (get|have) (an invoice|a bill|an invoice for my company|an invoice with our company name|a copy of my invoice)?
I need (an invoice|a bill|a proper invoice) (for my company|for the tax office|for my boss|for my order|with our address).
do you (send|issue|write|make out) (an invoice|invoices|bills) (for companies|)?
where (is|do I find|can I download) (my|the) (invoice|bill)?
can (companies|our firm|a business) (order|buy|pay) (on invoice|on account|by invoice)?
(invoice|bill) (please|for a company|)?
there was no (invoice|bill) (in the parcel|with my order|in the email).
I (ordered|buy) for (my company|work|the office), (how do I get a bill|can you put the firm's name on it|do I get an invoice).
the (invoice|bill) has the wrong (name|address|company), (can you change it|please correct it)?
my accountant (needs|wants|asks for) the (invoice|bill) for {an}.
could you (email|send) me the (bill|invoice) for order {num}?
can I pay after I get (the bill|the invoice)?
E payment vat: (and do I get an invoice|and the bill|can our company get an invoice)?
* 
F: the invoice (comes by email|is sent by email) after the order.
A: the invoice comes by email after your order. for a company name, please write it in the order.

= vat | s | VAT; prices with or without tax
~ invoice abroad payment
B: whether the prices include VAT; how much the VAT is
D: buy without VAT; get the tax back
Q:
(do|are) (your prices|the prices) (include vat|with tax|including tax|net or gross)?
is (vat|the tax|sales tax) (included|in the price|added later|extra)?
do I (have to|need to) (add|pay) (vat|tax) (on top|)?
can I (get|have) the (vat|tax) (back|refunded|taken off) (if I live abroad|as a tourist|)?
our company has a (vat|tax) number, (can we buy without vat|where do I enter it|do we pay net).
how (much|high) is the (vat|tax) (on {pl}|)?
(vat|tax) included?
I am a (tourist|business customer), (do I pay vat|can I shop tax free)?
is the price of {an} (before or after tax|with vat)?
is the vat shown (on the bill|separately|on the invoice)?
does the (amount|price) at the till go up because of tax?
E invoice abroad: (and is vat included|and the tax|with or without vat)?
* 
F: all prices include VAT.
A: all our prices include VAT.
* 
F: prices are without VAT; it is added at the checkout.
A: our prices are without VAT; it is added at the checkout.

= gift_card | sp | gift cards; vouchers; how long a voucher is valid
~ gift_wrap discount_code gift_return payment
B: whether there are gift cards; how long a gift card is valid; how to use a voucher
D: buy a gift card; use my voucher; give somebody a voucher
Q:
do you (have|sell|offer) (gift cards|vouchers|gift vouchers)?
how long is (a gift card|my voucher|a gift voucher|it) (valid|good|usable)?
does (a gift card|my voucher|a voucher) (expire|run out|lose its value)?
can I (use|redeem|spend) (my|a) (gift card|voucher) (online|in the shop|for {an}|in two parts|)?
where can I (buy|get|enter|use) (a gift card|the voucher code|my voucher)?
I (got|have|found) a (gift card|voucher) (from last year|for my birthday|in a drawer), (is it still valid|how do I use it|can I still use it).
my (voucher|gift card) (does not work|is not accepted|shows no money|is from 2 years ago).
(gift card|voucher|gift cards)?
how much (is|money is) (left|still) on my (gift card|voucher)?
I do not know what to give my (friend|sister|father), (do you have vouchers|can I give a voucher).
until when (is|can I use) (my|a) (voucher|gift card)?
what happens to the rest (of the money|) on (a|my) voucher?
can I get the (voucher|gift card) (by email|to print|in an envelope)?
what (amounts|values) do the (gift cards|vouchers) have?
is there a date by which I must spend my (voucher|gift card)?
E gift_wrap gift_return: (and do you have vouchers|and how long is a voucher valid|or a gift card)?
* y=years
F: gift cards are valid for {y}.
A: gift cards are valid for {y}.
A: yes, we have gift cards; they are valid for {y}.

= gift_wrap | s | gift wrapping; having a present wrapped
~ gift_card gift_return delivery_cost
B: whether things can be gift wrapped; what gift wrapping costs
D: have {an} wrapped as a gift; add a card with a message; have it wrapped
Q:
(do you|can you|could you) (gift wrap|wrap) ({an}|it|my order|presents|the {item}) (as a present|as a gift|)?
can I have (it|{an}|the {item}) (wrapped|gift wrapped|wrapped nicely|in gift paper)?
is there (gift wrapping|gift wrap|wrapping paper|a gift box)?
how much (is|does) (gift wrapping|gift wrap|the wrapping) (cost|)?
it is a (present|gift|birthday present), (can you wrap it|can you make it look nice|could you put a card in).
(gift wrap|gift wrapping)?
can you (put|add|write) a (card|note|greeting) (in|to|for) the (parcel|present)?
I want to send {an} to a friend as a (gift|present), (without the price|with nice paper|can you pack it nicely).
the {item} is for my (mother|son|wife)'s birthday, (do you wrap it|can it be wrapped).
can the parcel go (straight|directly) to the birthday child, wrapped and without a bill?
do you have (nice|pretty) paper (and ribbon|) for a (gift|present)?
E gift_card: (and can you wrap it|and gift wrapping|is wrapping possible)?
* c=price
F: gift wrapping costs {c}.
A: yes, we wrap it for you for {c}.
A: gift wrapping costs {c}.
* 
F: gift wrapping is free.
A: yes, we wrap presents free of charge.

= student_discount | sp | the student discount; reductions
~ discount_code loyalty schools extra_discount
B: whether there is a student discount; whether students pay less
D: get the student discount; get a reduction as a pensioner
Q:
(is there|do you have|do you give) (a discount|a reduction|money off|something off) for (students|pupils|pensioners|apprentices|seniors)?
do (students|pupils|pensioners|seniors|trainees) (pay less|get a discount|get money off|have a cheaper price)?
I am a (student|pupil|pensioner|trainee), (do I get a discount|is it cheaper for me|what is the reduction).
student (discount|price|reduction)?
how (much|high) is the (student discount|discount for students|reduction)?
what do I need to show to get the student (price|discount)?
my daughter (studies|is at university), (does she pay less|does she get a discount)?
I have a student card, (does that help|can I use it|is it cheaper then)?
can I use my student (card|id) (online|in the shop|with you)?
are there lower prices for people (in training|at university|who are retired)?
I study and have little money, is there a (cheaper price|reduction) for (us|me)?
E discount_code loyalty price_entry: (and for students|do students pay less|and is there a student discount)?
* p=pc
F: students get {p} off (with a student card|).
A: students get {p} off if they show a student card.
A: yes, with a student card you get {p} off.
* 
F: there is no student discount.
A: I am sorry, there is no student discount.

= discount_code | s | discount codes; a code that does not work; combining codes
~ student_discount gift_card extra_discount loyalty
B: how to use a discount code; whether two codes can be combined; why a code does not work
D: use a discount code; enter my code; combine two codes
Q:
my (discount code|voucher code|code|promo code|coupon) (does not work|is not accepted|is invalid|is refused|gives an error).
where (do|can) I (enter|type|use|put) (the|my) (discount code|code|promo code|coupon)?
can I (use|combine|add up) (two|several|three) (codes|discount codes|coupons) (together|in one order|)?
(the|my) code (from the newsletter|from the flyer|SAVE{n2}|WELCOME{n2}) (does not work|is not taken|shows an error).
I forgot to (enter|use) my (code|discount code|coupon), (can I still use it|can you take it off|what now).
the (discount|code|reduction) was not (taken off|counted|applied|subtracted) (at the checkout|from my order|).
is my (code|coupon) (still valid|expired|good for sale items)?
does the code (count|work|hold) for (everything|sale items|{pl})?
(discount|promo|voucher) code (not working|)?
the checkout (says|tells me) that my code is (wrong|invalid|expired|unknown).
I typed the code (three times|exactly|right) and the price (stays|is) the same.
why (can I not use|does it not take|is there a problem with) my (code|coupon|discount code)?
can the (code|coupon) be used with other (offers|discounts)?
is it possible to use a (voucher|code) on top of the sale price?
E student_discount loyalty sale_items: (and can I combine it with a code|and with a discount code|does the code count too)?
* 
F: only one discount code can be used per order.
A: only one code can be used per order. please check its date and the spelling.
* 
F: discount codes do not (count|work) for sale items.
A: codes do not count for sale items; please also check the date and the spelling.

= extra_discount | s | asking for an extra discount; haggling
~ price_match discount_code wholesale student_discount
N: get an extra discount; pay less than the price; haggle over the price
D: pay less; get it cheaper
Q:
can you (give|make) me a (better price|discount|special price|lower price|deal) (on {an}|for the {item}|)?
is there (room|something to be done) (in|about) the price?
can you (do|make) it (cheaper|for less|for {small}|a bit cheaper)?
I (am a good|am a regular|am a loyal) customer, (give me a discount|can I get a better price|do I get something off).
what is your (best|lowest|last) price (for {an}|)?
can I have (ten|twenty|five) percent off (if I buy it today|please|)?
(give|grant) me a discount (and I will buy it|or I go elsewhere|please).
would you take {small} for it?
{big} is too (much|dear|expensive), (can you go down|make it {small}|what can you do).
if I buy two {pl}, (is it cheaper|do I get a discount|what do you take off)?
any chance of a (little|small|secret) discount?
come on, give me a (better price|few percent).
* 
A: I am sorry, I cannot give any extra discount.
A: I cannot change prices, I am sorry. our offers are on the website.

= loyalty | sp | loyalty points; the customer card; the bonus programme
~ discount_code account student_discount membership
B: whether there is a loyalty programme; how many points one gets; how to use loyalty points
D: collect points; use my points; get a customer card
Q:
do you have (a loyalty programme|a customer card|a points card|bonus points|a stamp card)?
how (do|can) I (collect|use|spend|redeem|get) (points|loyalty points|bonus points|my points)?
how many points (do I have|do I get|have I got|does {an} give)?
what are my points worth?
do my points (expire|run out|stay)?
my points (are missing|have gone|were not added|are not in my account).
(points|loyalty points|customer card|bonus)?
is there (something|a reward|a bonus) for (regular|loyal|returning) customers?
I (buy|come) (here|to you) (often|every week), (do I get anything for it|is there a card|is there a bonus).
when can I (spend|use|cash in) my points?
what do I get for {points_any} points?
can I (collect|get) points (online|in the shop too|for old orders|for this order)?
I have points on my card, (can I pay with them|what are they good for)?
E discount_code account: (and do I get points|and loyalty points|is there a customer card too)?
* n=points p=price
F: {n} points are worth {p}.
F: for {n} points customers get {p} off.
A: for {n} points you get {p} off.
A: {n} points are worth {p}.

= price_match | s | price matching; a cheaper price elsewhere
~ extra_discount discount_code sale_items competitor
B: whether a cheaper price elsewhere is matched; whether there is a price guarantee
D: get the lower price of another shop
Q:
(do you|can you|will you) (match|beat) (prices|the price of another shop|a lower price|other shops' prices)?
I (found|saw|have seen) (it|{an}|the same {item}|this) (cheaper|for less|for {small}) (elsewhere|in another shop|online|somewhere else|at another store).
(another shop|a different store|an online shop) (has|sells|offers) (it|the {item}|the same {item}) (cheaper|for less|for {small}).
do you have a (price guarantee|best price guarantee|price promise)?
price match?
the {item} was reduced (the day after|a week after) I bought it, (do I get the difference|can I have the new price).
can I have it for the price (of another shop|I saw online|they ask next door)?
why is {an} (dearer|more expensive) (with you|in your shop) than (elsewhere|online|in other shops)?
what if I find {an} (cheaper|at a lower price) (later|elsewhere)?
do I get the (difference|rest) back if it (gets|is) cheaper (next week|elsewhere|)?
they want only {small} for it (next door|online), can you (do the same|go with that)?
E extra_discount: (and if I find it cheaper|do you match prices then|and if another shop is cheaper)?
* n=ndays
F: (we match|the shop matches) lower prices of other shops within {n}.
A: if you find it cheaper within {n}, we match the price.
* 
F: we do not match prices.
A: I am sorry, we do not match the prices of other shops.

= account | s | a customer account; ordering as a guest; signing up
~ password delete_account loyalty change_email
B: whether an account is needed; whether one can order as a guest; how to open an account
D: order without an account; open an account; check out as a guest; register
Q:
do I (need|have to have|have to open|have to make) an account (to order|to buy something|)?
can I (order|buy|check out) (as a guest|without an account|without registering|without signing up)?
(must|do) I (register|sign up|log in) (to order|first|before I buy|)?
how (do|can) I (open|create|make|set up) an account?
(guest checkout|account|sign up)?
is (registration|an account|signing up) (needed|required|necessary) (for an order|)?
I do not want (an account|to register|yet another password), (can I still buy|is there a guest checkout).
what (are|is) the (use|good|benefits) of an account?
I (ordered|bought) as a guest, (how do I see my order|can I get an account later).
does (an account|registering) cost (anything|money)?
I cannot (register|sign up|create an account), (it gives an error|the button does nothing).
can one (shop|buy|order) with you without (leaving|making) a (login|profile|password)?
just once I want to order {an}, must I really (register|open an account)?
E password loyalty: (and do I need an account|and without an account|can I order as a guest)?
* 
F: an account is not needed; one can order as a guest.
A: no, you can order as a guest; an account is not needed.
* 
F: an account is needed to order, and it is free.
A: yes, you need an account to order; it is free.

= password | s | a forgotten password; problems logging in
~ account change_email delete_account
N: get a new password; log in again; know what to do about a forgotten password
D: reset my password; change my password; get back into my account
Q:
I (forgot|have forgotten|lost|do not know|cannot remember) my password.
I (cannot|can't) (log in|sign in|get into my account|log on|get in any more).
how (do|can) I (reset|change|get a new|recover) (my |)password?
(forgot|forgotten|lost|reset|new) password.
the (login|password|sign in) does not work.
my password (is wrong|is not accepted|does not work|was refused).
it says (wrong password|my password is wrong|unknown user|password not valid).
my account is (locked|blocked) (after three tries|), (what now|help).
I did not get the (email|link|mail) (to reset my password|for the new password).
can you send me a new password?
(what can I do if|help,) I (no longer know|can't remember) (my login|my password|how to log in).
the reset (link|mail) (does not come|has expired|does not work).
I am locked out (of my account|of the shop|).
I typed my password (five|three|ten) times and (it refuses|nothing works|still cannot get in).
please let me back into my account, the password has gone out of my head.
E account: (and if I forget my password|and I forgot the password)?
* 
F: a forgotten password can be reset (with the link on the login page|on the login page).
A: click on "forgotten password" on the login page; you then get a link by email.
A: you can reset it on the login page. the link comes by email.

= delete_account | s | deleting an account
~ newsletter privacy change_email account
N: delete their account; close their account
D: delete my account; close my account; remove my profile; have my account erased
Q:
(please|can you|could you) (delete|close|remove|erase) (my account|my customer account|my profile|me from your system).
how (do|can) I (delete|close|remove|get rid of) my account?
I (no longer want|do not need|want to get rid of) (my|an) account.
where can I (delete|close) my account?
delete account.
what happens to my (orders|points) when I (delete|close) my account?
I want to be (deleted|removed) as a customer.
can my (account|profile) be (deleted|closed|erased)?
I do not shop with you any more, (please close my account|delete my profile).
is there a button to (delete|close) my account?
take (my account|my profile|me) off your (site|system|shop).
my account should (not exist any more|be gone|disappear).
E account privacy newsletter: (and how do I delete my account|or can I close it altogether|and can I have the account deleted)?
* 
F: accounts can be deleted in the settings.
A: you can delete your account in the settings. your open orders must be finished first.

= change_email | s | changing the email address of an account; changing account details
~ change_address password delete_account newsletter
N: change the email address of their account; change their details
D: change my email address; change the email of my account; update my phone number in my account; change my name in my account
Q:
how (do|can) I (change|update) (my email|my email address|my mail address|my phone number|my name) (in my account|)?
I have a new (email|email address|mail address|phone number|name).
my (email|email address|mail address) has changed.
I (typed|entered|gave) the wrong (email|email address|mail) (when I ordered|in my account|and got no confirmation).
can you (change|correct|update) my (email|email address|mail address)?
I can no longer (read|use|open) my old (email|email address|mailbox).
there is a (typo|mistake) in my email (address|).
where do I (change|edit) my (details|data|email) (in my account|)?
I (got married|changed my name), (can you change my account|how do I change my name).
the order mails go to my old (email|mailbox|address at work).
please use my (new|private|other) email (from now on|for the account).
E password change_address: (and my email address|and the email|and how do I change my email)?
* 
F: the email address can be changed in the account under settings.
A: you can change your email address in your account under settings.

= newsletter | sp | the newsletter; unsubscribing from emails
~ privacy delete_account email_contact courses
N: unsubscribe from the newsletter; get no more advertising mails
D: unsubscribe from the newsletter; stop the advertising mails; cancel the newsletter
Q:
how (do|can) I (unsubscribe|cancel|stop|leave) (the|from the|your) (newsletter|mailing list|mails)?
(please|) (stop|no more) (sending me|) (mails|newsletters|advertising|emails).
I (do not want|no longer want|don't need) (your|the|any more) (newsletter|advertising|mails|emails).
I (get|am getting|receive) (too many|so many|far too many) (mails|newsletters|emails) from you.
(unsubscribe|newsletter off|stop newsletter|no more newsletters)
take me off (your|the) (list|mailing list|newsletter).
I (clicked|tried) unsubscribe but still get (mails|the newsletter).
can you (remove|take) my (email|address) (from|off) the (newsletter|list)?
why do I get (advertising|your newsletter|mails from you)?
my (inbox|mailbox) is full of your (offers|newsletters), (please stop|how do I get rid of them).
where is the unsubscribe (link|button)?
I never asked for (a newsletter|these mails), (take me off|stop it).
how do I get out of your (mailing list|newsletter|email list)?
E delete_account privacy: (and the newsletter|and no more mails please|how do I stop the newsletter)?
* 
F: (the newsletter can be stopped|unsubscribing is possible) with the link at the end of each mail.
A: click on the link at the end of any newsletter and you will get no more.
A: you can unsubscribe with the link at the bottom of every newsletter.

= privacy | sp | privacy; personal data; data protection
~ delete_account newsletter others_data
B: what happens to personal data; which data is stored; whether data is passed on
D: see what data you have about me; have my data deleted
Q:
what (do you do|happens) with my (data|details|personal data|address)?
(what|which) (data|details|information) do you (store|keep|have|save) (about me|of me|)?
do you (sell|pass on|share|give) my (data|details|email|address) (to others|to anyone|)?
how long do you (keep|store) my (data|details)?
is my data (safe|protected|secure) (with you|)?
can I (see|get|have a copy of) (my data|what you know about me|everything you have stored)?
where is your (privacy policy|data protection page)?
(privacy|data protection)?
who (sees|can see|gets) my (data|details|address|card number)?
are you (spying on|tracking) me? I got an advert for {an}.
I want to know what you (have stored|know|save) about me.
please (delete|erase) (all my data|everything you know about me).
is my (card|bank) (number|data) (stored|saved|kept) (with you|after the order|)?
do you use cookies?
E delete_account newsletter: (and what about my data|and are my data safe|and do you pass on my address)?
* 
F: customers' data is (not passed on|used only for orders and never sold).
A: we use your data only for your orders and do not sell it. details are in the privacy notice.

= stock | s | stock; something sold out; a notice when it is back
~ preorder backorder sizes where_order
B: whether something is in stock; when a sold-out thing is back
D: get a message when {an} is back; know when {an} is available again
Q:
(is|are) (the {item}|{pl}|the {colour} {item}|size {size}) (in stock|available|there|sold out|still available)?
do you (have|still have|sell|carry) ({pl}|the {item} in {colour}|the {item} in size {size}|{an})?
when (is|will) (the {item}|it|size {size}|the {colour} one) (be |)(back|in stock again|available again|there again)?
(the {item}|size {size}|the {colour} one|what I want) is (sold out|out of stock|not available|gone).
can you (tell|write|let me know|send me a message) when (it|the {item}|size {size}) is (back|in stock|available again)?
will you get (more {pl}|the {item}|size {size}|the {colour} one) (again|in again|soon)?
out of stock, (when does it come back|what now|will there be more)?
is the {item} (in the shop|in your store in {city}) too?
the site says (sold out|not available), (when will it be back|will there be new ones)?
I am looking for {an} in {colour}, (do you have one|is there one).
have you (run out|none left) of {pl}?
is it worth waiting for (the {item}|size {size}) or will it (never|not) come back?
put me on the (list|waiting list) for (the {item}|size {size}).
how many {pl} (are left|do you still have)?
notify me (about|when) the {item} (is in|comes in) again.
E sizes exchange: (and is it in stock|and do you have it in {colour}|and when is it back)?
* n=range
F: (sold-out things are|the {item} is) back in stock in {n}.
A: the {item} should be back in {n}. we can send you a message then.
* 
F: customers can ask for a message when something is back in stock.
A: click on "tell me when it is back" on its page and we write to you.

= preorder | s | pre-orders; ordering before it comes out
~ stock cancel_order delivery_time
B: whether things can be pre-ordered; when a pre-order is sent
D: pre-order {an}; reserve the new {item} before it comes out
Q:
can I (pre-order|preorder|order in advance|reserve) ({an}|the new {item}|it) (now|before it comes out|)?
when (is|will) (my|a) (pre-order|preorder) (be |)(sent|delivered|charged)?
do you (take|accept) pre-orders?
(pre-order|preorder)?
the new {item} (is not out yet|comes out in {month}), (can I order it now|can I be the first|can I reserve one).
when do I pay for a pre-order?
I pre-ordered {an}. (when does it come|when will it be sent|do I pay now).
will I get it (on the first day|first) if I pre-order?
is it possible to (order|secure|buy) the new {item} before (it is out|{month}|the release)?
when does the new {item} come out?
do you keep one of the first {pl} for me if I (order|pay) today?
E stock: (and can I order it in advance|and can I pre-order it)?
* m=month
F: (the new {item}|it) can be pre-ordered and comes in {m}.
A: yes, you can pre-order the {item}; it comes in {m}.

= sizes | sw | sizes; whether things run small or large; the size chart
~ kids_sizes wide_fit exchange stock
B: which size to take; whether the sizes run small; where the size chart is
D: find my size; choose the right size
Q:
(what|which) size (do I need|should I take|should I order|is right for me|fits me)?
do (the {pl}|they|your {pl}|the sizes) (run small|run large|come up small|run true to size|fit normally)?
(is there|do you have|where is) (a|the) size (chart|table|guide)?
I (normally|usually) (wear|take|have) {size}, (what do I order|does that fit|should I take one bigger|is {size2} better)?
I am between (two sizes|{size} and {size2}), (which one do I take|bigger or smaller).
size (chart|guide|advice|help)?
how (do|can) I (measure|find out) my size?
is {size} (big|small|enough) for (me|a tall man|someone of 180 cm)?
should I (order|take|buy) (one|a) size (bigger|smaller|up|down)?
will (size {size}|{size}) fit me if I (am 1.80 m tall|wear thick socks|weigh 70 kilos)?
the {item} comes in {size} and {size2}, (which is mine|what is the difference)?
I am (tall|small|slim|broad), (what size is right|which size do I need).
are your {pl} (small|tight|large|roomy|generous)?
can you help me (choose|find|with) (a|the|my) (right |)size?
how (long|wide|big) is size {size}?
do I need a bigger size (for thick socks|over a jumper|)?
E exchange stock kids_sizes: (and which size should I take|and do they run small|and the size)?
* s=runs
F: {pl} {s}.
A: {pl} {s}. there is a size chart on the product page.

= kids_sizes | sw | children's sizes; things for children
~ sizes wide_fit children
B: whether there are children's sizes; from which size children's things start
D: buy {pl} for my child; find {an} for my daughter
Q:
do you (have|sell|stock) (children's sizes|kids' sizes|{pl} for children|things for kids|small sizes)?
(are there|is there) ({pl}|the {item}|anything) (for children|for kids|in children's sizes|for my son)?
(what|which) size (does|for) (my son|my daughter|a six year old|a child of eight) (need|)?
my (son|daughter) is (five|seven|nine|ten), (what size is right|which size do I need|do you have something).
(kids|children's) sizes?
from (what|which) (size|age) do the (children's|kids') {pl} (start|go)?
does the {item} (come|exist) (for children|in small|in a child's size)?
I need {pl} for (a child|my kids|my little one|a toddler).
what is the smallest size you have?
children grow fast, (should I take a size bigger|how much room should there be)?
is there (a|the same) {item} (for girls|for boys|for the little ones)?
E sizes warranty: (and for children|and kids' sizes|also for kids)?
* n=age
F: children's sizes start at age {n}.
A: yes, we have children's sizes from age {n}.

= wide_fit | sw | wide fit; wide feet
~ sizes kids_sizes exchange
B: whether there are wide fits
D: find something for wide feet
Q:
do you have (wide fits|wide sizes|{pl} in wide|shoes for wide feet|something for wide feet)?
I have (wide|broad|narrow|swollen) feet, (what do you have|which {pl} fit|do you have a wide fit).
(wide fit|wide feet|extra wide)?
are the {pl} (wide enough|good) for (broad|wide) feet?
normal {pl} (pinch|press|are too narrow) (at the sides|for me|), (do you have wider ones|is there a wider one).
is there a (wider|broader|wide) (model|version|fit|last)?
which (shoes|boots|{pl}) are (the widest|wide|right for broad feet)?
my feet are (wide|broad), can I wear these {pl}?
do the {pl} come in different (widths|fits)?
E sizes: (and for wide feet|is there a wide fit|and in wide)?
* 
F: some {pl} come in a wide fit.
A: yes, some {pl} come in a wide fit; look for the word wide in the name.

= wholesale | sp | wholesale; bulk orders
~ schools extra_discount invoice jobs
B: whether there are prices for bulk orders; whether resellers are supplied
D: order a large number of {pl}; sell your {pl} in my shop; buy in bulk
Q:
do you (sell|deliver|offer) (wholesale|in bulk|to resellers|to shops|large amounts)?
I (need|want|would like) (50|100|200|forty) {pl} (for my company|for an event|), (what price do I get|is there a bulk discount|can you do that).
is there a (bulk|quantity|volume) (discount|price) (for {pl}|)?
(wholesale|bulk order|bulk prices)?
I have a (shop|hotel|small store) and would like to (sell|buy|resell) your {pl}.
what is the price for (a hundred|fifty) {pl}?
can I become a (dealer|reseller|trade customer)?
do you have (dealer|trade|wholesale) (prices|terms)?
we want to give every (worker|employee|guest) {an}, (can we order 80|what would that cost).
can you deliver a large (order|number) (of {pl}|) (to our company|)?
does it get cheaper if I order (a lot|many|very many {pl})?
E schools invoice: (and for large orders|and if we buy many|and in bulk)?
* n=num p=pc
F: for {n} pieces or more there is {p} off.
A: if you order {n} or more, you get {p} off.
* e=email
F: bulk orders go to {e}.
A: for bulk orders please write to {e}; we will make you an offer.

= second_hand | s | second-hand goods; selling used things back
~ rental repairs materials
B: whether used things are sold; whether used things are bought back
D: sell my old {item} to you; buy a used {item}; hand in my old {item}
Q:
do you (sell|have) (used|second-hand|pre-owned) ({pl}|things|goods)?
do you (buy|take) back (used|old) ({pl}|things)?
can I (sell|give|bring) you my (old|used) {item}?
what do I get for my (old|used) {item}?
(second-hand|used {pl}|buy back)?
I have an old {item} (in the cellar|I do not use any more), (do you take it|would you buy it|can you use it).
is there a (second-hand corner|shelf of used things|used market)?
a new {item} is too dear, (do you have used ones|is there a second-hand one)?
can I trade in my old {item} (for a new one|)?
what happens to (old|used|returned) {pl}?
my {item} is still good but too small now, can I (sell it to you|hand it in)?
E rental repairs materials: (and used ones|do you also have second-hand ones|and can I sell my old one)?
* p=pc
F: used {pl} are bought back for {p} of the price, as a voucher.
A: yes, we take used {pl} back and give you a voucher for {p} of the price.
* 
F: used goods are not bought or sold.
A: I am sorry, we do not buy or sell used things.
"""
